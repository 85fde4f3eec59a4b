//! Patches: strategic merge patches and JSON patches, and which objects they are for.

use std::sync::Arc;

use super::id::Id;
use super::node::Node;
use super::origin::Because;
use super::resource::Resource;
use super::selector::Selector;
use super::set::Set;
use super::sources::Sources;
use crate::error::RenderError;

mod json;
mod lists;
mod strategic;

pub(super) use json::{Operation, normalise};
pub(super) use strategic::Merge;

/// An entry of `patches`.
#[derive(Debug)]
pub(super) struct Patch {
    pub(super) content: Content,
    pub(super) target: Option<Selector>,
    pub(super) because: Arc<Because>,
    /// The OpenAPI document of the user.
    pub(super) schema: Option<Arc<Node>>,
}

/// What a patch holds.
#[derive(Debug)]
pub(super) enum Content {
    /// Parts of objects.
    Strategic(Vec<Resource>),
    /// Operations.
    Json(Vec<Operation>),
}

/// An entry of `patchesJson6902`.
#[derive(Debug)]
pub(super) struct JsonPatch {
    pub(super) operations: Vec<Operation>,
    pub(super) target: Selector,
    pub(super) because: Arc<Because>,
}

impl JsonPatch {
    pub(super) fn apply(&self, sources: &Sources<'_>, set: &mut Set) -> Result<(), RenderError> {
        for resource in set.resources.iter_mut().filter(|resource| self.target.takes(resource)) {
            json::apply(sources, resource, &self.operations, &self.because)?;
        }
        Ok(())
    }
}

impl Patch {
    pub(super) fn apply(&self, sources: &Sources<'_>, set: &mut Set) -> Result<(), RenderError> {
        match (&self.content, &self.target) {
            (Content::Json(operations), Some(target)) => {
                for resource in set.resources.iter_mut().filter(|resource| target.takes(resource)) {
                    resource.remember_id();
                    json::apply(sources, resource, operations, &self.because)?;
                }
                Ok(())
            }
            (Content::Json(_), None) => {
                let message = format!("{} is a JSON patch without a target", self.because.what);
                Err(sources.error(self.because.place, message, Some("set `target`")))
            }
            (Content::Strategic(patches), Some(target)) => match patches.as_slice() {
                [patch] => {
                    let chosen = (0..set.resources.len())
                        .filter(|&at| set.resources.get(at).is_some_and(|resource| target.takes(resource)))
                        .collect();
                    self.merge_into(sources, set, chosen, patch)
                }
                [] => Ok(()),
                _ => {
                    let message =
                        format!("{} holds several patches, so it can have no target", self.because.what);
                    Err(sources.error(self.because.place, message, Some("make each an entry of its own")))
                }
            },
            (Content::Strategic(patches), None) => {
                for patch in patches {
                    let at = self.target_of(sources, set, patch)?;
                    if let Some(resource) = set.resources.get_mut(at) {
                        self.merge(sources, resource, patch)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Applies each part to the object that it names, in the way of `patchesStrategicMerge`.
    pub(super) fn merge_into_own(&self, sources: &Sources<'_>, set: &mut Set) -> Result<(), RenderError> {
        let Content::Strategic(patches) = &self.content else { return Ok(()) };
        for patch in patches {
            let at = self.target_of(sources, set, patch)?;
            self.merge_into(sources, set, vec![at], patch)?;
        }
        Ok(())
    }

    /// The one object that a patch names.
    fn target_of(&self, sources: &Sources<'_>, set: &Set, patch: &Resource) -> Result<usize, RenderError> {
        let id = patch.id();
        match set.find(|other| id.same(other)).as_slice() {
            &[at] => Ok(at),
            found => Err(self.no_target(sources, set, patch, &id, found.len())),
        }
    }

    fn no_target(
        &self,
        sources: &Sources<'_>,
        set: &Set,
        patch: &Resource,
        id: &Id,
        found: usize,
    ) -> RenderError {
        let what = &self.because.what;
        let place = patch.node.origin.place;
        if found > 1 {
            let message = format!("{what}: {id} could be any of {found} objects");
            return sources.error(place, message, Some("set `target` with a namespace"));
        }
        let message = format!("{what}: there is no {id} ({}) to patch", patch.api_version());
        let similar = set
            .resources
            .iter()
            .find(|resource| resource.any_id(|other| other.name == id.name && other.gvk.kind == id.gvk.kind));
        let hint = match similar {
            Some(other) => format!(
                "there is one of {} in the namespace {}: correct the patch",
                other.api_version(),
                other.original_id().effective_namespace()
            ),
            None => "correct its kind and metadata.name, or set `target`".to_owned(),
        };
        sources.error(place, message, Some(&hint))
    }

    /// Applies a part to chosen objects. Labels and annotations of the patch become strings on the way.
    fn merge_into(
        &self,
        sources: &Sources<'_>,
        set: &mut Set,
        chosen: Vec<usize>,
        patch: &Resource,
    ) -> Result<(), RenderError> {
        let mut patch = patch.clone();
        patch.settle("labels");
        patch.settle("annotations");
        for at in chosen {
            let Some(resource) = set.resources.get_mut(at) else { continue };
            let mut copy = patch.clone();
            if let Some(version) = resource.node.get("apiVersion") {
                copy.node.set("apiVersion", version.clone());
            }
            self.merge(sources, resource, &copy)?;
        }
        let mut rebuilt = Set::default();
        let kept = std::mem::take(&mut set.resources).into_iter().filter(|resource| !resource.is_empty());
        rebuilt.append_all(sources, kept)?;
        *set = rebuilt;
        Ok(())
    }

    fn merge(
        &self,
        sources: &Sources<'_>,
        resource: &mut Resource,
        patch: &Resource,
    ) -> Result<(), RenderError> {
        if patch.allow_name_change || patch.allow_kind_change {
            resource.remember_id();
        }
        let kept = |keys: &[&str]| resource.node.at(keys).filter(|node| !node.is_null()).cloned();
        let (kind, name, namespace) =
            (kept(&["kind"]), kept(&["metadata", "name"]), kept(&["metadata", "namespace"]));
        let merge = Merge { because: &self.because, custom: self.schema.as_deref() };
        let empty = Node::map(resource.node.origin.clone());
        let old = std::mem::replace(&mut resource.node, empty);
        let merged = merge.objects(old, &patch.node).map_err(|error| {
            let place = if error.place.is_some() { error.place } else { self.because.place };
            sources.error(place, format!("{}: {}", self.because.what, error.message), None)
        })?;
        let Some(merged) = merged.filter(|merged| !merged.is_empty()) else { return Ok(()) };
        resource.node = merged;
        if clears_annotations(&patch.node) {
            resource.forget();
        }
        if let Some(kind) = kind.filter(|_| !patch.allow_kind_change) {
            resource.node.set("kind", kind);
        }
        let origin = resource.node.origin.clone();
        let Some(metadata) = resource.node.map_at("metadata", &origin) else { return Ok(()) };
        if let Some(name) = name.filter(|_| !patch.allow_name_change) {
            metadata.set("name", name);
        }
        match namespace.filter(|namespace| !namespace.text().is_empty()) {
            Some(namespace) => metadata.set("namespace", namespace),
            None => drop(metadata.remove("namespace")),
        }
        Ok(())
    }
}

/// Whether a patch takes all annotations away, and with them the notes that kustomize keeps there.
fn clears_annotations(patch: &Node) -> bool {
    let clears = |node: &Node| {
        node.is_null() || matches!(node.get("$patch").map(Node::text), Some("replace" | "delete"))
    };
    [&["metadata"][..], &["metadata", "annotations"]]
        .into_iter()
        .filter_map(|path| patch.at(path))
        .any(clears)
}
