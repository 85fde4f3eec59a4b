//! `namespace`: where all objects go.

use std::sync::Arc;

use super::{scalar_only, wrong};
use crate::error::RenderError;
use crate::kustomize::decode::Named;
use crate::kustomize::field::{FieldSpec, Make};
use crate::kustomize::node::Node;
use crate::kustomize::origin::{Because, Origin};
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::{Scalar, Tag};
use crate::kustomize::scope::is_cluster_scoped;
use crate::kustomize::set::Set;
use crate::kustomize::sources::Sources;

/// A namespace to set.
#[derive(Debug)]
pub(in crate::kustomize) struct Namespace {
    pub(in crate::kustomize) name: Named,
    pub(in crate::kustomize) specs: Vec<FieldSpec>,
    /// Whether objects that have one keep it.
    pub(in crate::kustomize) unset_only: bool,
    pub(in crate::kustomize) subjects: Subjects,
}

/// Which subjects of role bindings are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(in crate::kustomize) enum Subjects {
    /// Those named `default`.
    #[default]
    Default,
    /// All service accounts.
    Accounts,
    None,
}

impl Namespace {
    pub(super) fn apply(
        &self,
        sources: &Sources<'_>,
        set: &mut Set,
        because: &Arc<Because>,
    ) -> Result<(), RenderError> {
        for at in 0..set.resources.len() {
            let Some(resource) = set.resources.get_mut(at).filter(|one| !one.is_empty() && !one.from_chart)
            else {
                continue;
            };
            resource.remember_id();
            self.put(sources, resource, because)?;
            let id = resource.id();
            let place = resource.node.origin.place;
            let same =
                set.resources.iter().filter(|other| other.name() == id.name && other.id().same(&id)).count();
            if same != 1 {
                let message = format!(
                    "{}: moved to the namespace {}, {id} is there twice",
                    because.what, self.name.text
                );
                return Err(sources.error(place, message, Some("give one of the two another name")));
            }
        }
        Ok(())
    }

    /// Moves one object.
    pub(super) fn put(
        &self,
        sources: &Sources<'_>,
        resource: &mut Resource,
        because: &Arc<Because>,
    ) -> Result<(), RenderError> {
        let origin = Origin::made(self.name.place, because);
        let gvk = resource.gvk();
        let core = resource.api_version() == "v1";
        let binding = matches!(gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        let mut set = |node: &mut Node| {
            scalar_only(node)?;
            self.write(node, because);
            Ok(())
        };
        if !is_cluster_scoped(&gvk) {
            let own = FieldSpec::new("", "", "", "metadata/namespace", true);
            own.each(&mut resource.node, Make::Scalar(Tag::String), &origin, &mut set)
                .map_err(|error| wrong(sources, because, error))?;
        }
        if binding {
            self.subjects(&mut resource.node, because);
        }
        for spec in &self.specs {
            let skipped = match spec.path.as_str() {
                "metadata/namespace" => true,
                "metadata/name" => !core,
                "subjects/namespace" => {
                    binding && matches!(spec.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
                }
                _ => false,
            };
            if !skipped {
                spec.each(&mut resource.node, Make::Scalar(Tag::String), &origin, &mut set)
                    .map_err(|error| wrong(sources, because, error))?;
            }
        }
        Ok(())
    }

    fn write(&self, node: &mut Node, because: &Arc<Because>) {
        if self.unset_only && !node.text().is_empty() {
            return;
        }
        let origin = node.origin.rewritten(self.name.place, because);
        node.overwrite(Scalar::string(self.name.text.as_str()), origin);
    }

    fn subjects(&self, node: &mut Node, because: &Arc<Because>) {
        let Some(subjects) = node.get_mut("subjects").and_then(Node::items_mut) else { return };
        for subject in subjects {
            let moved = match self.subjects {
                Subjects::Default => subject.get("name").map(Node::text) == Some("default"),
                Subjects::Accounts => subject.get("kind").map(Node::text) == Some("ServiceAccount"),
                Subjects::None => false,
            };
            if !moved {
                continue;
            }
            if let Some(node) = subject.get_mut("namespace").filter(|node| !node.is_null()) {
                self.write(node, because);
            } else {
                let origin = Origin::made(self.name.place, because);
                subject.set("namespace", Node::string(self.name.text.as_str(), origin));
            }
        }
    }
}
