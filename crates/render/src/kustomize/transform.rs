//! What is done to the objects of a kustomization, one step after the other.

use std::sync::Arc;

use super::decode::Named;
use super::field::{FieldSpec, Make, Wrong};
use super::hash;
use super::node::{Kind, Node};
use super::origin::{Because, Origin};
use super::patch::{JsonPatch, Patch};
use super::replace::Replacement;
use super::scalar::{Scalar, Tag};
use super::set::Set;
use super::sources::Sources;
use crate::error::RenderError;

pub(super) mod image;
pub(super) mod namespace;
pub(super) mod sort;
pub(super) mod valueadd;

use image::Image;
use namespace::Namespace;
use sort::Order;
use valueadd::ValueAdd;

/// A step, and what it is called.
#[derive(Debug)]
pub(super) struct Transformer {
    pub(super) step: Step,
    pub(super) because: Arc<Because>,
}

/// One transformation.
#[derive(Debug)]
pub(super) enum Step {
    /// Strategic merge patches that find their own objects.
    Strategic(Vec<Patch>),
    Patch(Box<Patch>),
    JsonPatch(Box<JsonPatch>),
    Namespace(Namespace),
    Prefix {
        text: Named,
        specs: Vec<FieldSpec>,
    },
    Suffix {
        text: Named,
        specs: Vec<FieldSpec>,
    },
    /// Labels or annotations.
    Pairs {
        pairs: Vec<(String, Named)>,
        specs: Vec<FieldSpec>,
    },
    Replicas {
        name: String,
        count: i64,
        count_at: Named,
        specs: Vec<FieldSpec>,
    },
    Image(Box<Image>),
    Replacements(Vec<Replacement>),
    ValueAdd(Vec<ValueAdd>),
    Sort(Order),
    Hash,
}

impl Transformer {
    pub(super) fn run(&self, sources: &Sources<'_>, set: &mut Set) -> Result<(), RenderError> {
        let because = &self.because;
        match &self.step {
            Step::Strategic(patches) => {
                for patch in patches {
                    patch.merge_into_own(sources, set)?;
                }
                Ok(())
            }
            Step::Patch(patch) => patch.apply(sources, set),
            Step::JsonPatch(patch) => patch.apply(sources, set),
            Step::Namespace(namespace) => namespace.apply(sources, set, because),
            Step::Prefix { text, specs } => affix(sources, set, text, specs, because, true),
            Step::Suffix { text, specs } => affix(sources, set, text, specs, because, false),
            Step::Pairs { pairs, specs } => add_pairs(sources, set, pairs, specs, because),
            Step::Replicas { name, count, count_at, specs } => {
                scale(sources, set, name, *count, count_at, specs, because)
            }
            Step::Image(image) => image.apply(sources, set, because),
            Step::Replacements(replacements) => {
                replacements.iter().try_for_each(|replacement| replacement.apply(sources, set))
            }
            Step::ValueAdd(values) => values.iter().try_for_each(|value| value.apply(sources, set, because)),
            Step::Sort(order) => {
                order.apply(set);
                Ok(())
            }
            Step::Hash => add_hashes(sources, set),
        }
    }
}

/// The error of a field that is not what a transformer expects.
pub(super) fn wrong(sources: &Sources<'_>, because: &Because, wrong: Wrong) -> RenderError {
    let Wrong { message, place } = wrong;
    let place = if place.is_some() { place } else { because.place };
    sources.error(place, format!("{}: {message}", because.what), None)
}

/// Kinds whose names get neither prefix nor suffix.
fn keeps_its_name(gvk: &super::id::Gvk) -> bool {
    matches!(gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || (gvk.kind == "APIService" && gvk.group == "apiregistration.k8s.io")
}

fn affix(
    sources: &Sources<'_>,
    set: &mut Set,
    text: &Named,
    specs: &[FieldSpec],
    because: &Arc<Because>,
    before: bool,
) -> Result<(), RenderError> {
    for resource in &mut set.resources {
        let id = resource.original_id();
        if keeps_its_name(&id.gvk) {
            continue;
        }
        for spec in specs.iter().filter(|spec| spec.gvk.selects_gvk(&id.gvk)) {
            if spec.path == "metadata/name" {
                let affixes = if before { &mut resource.prefixes } else { &mut resource.suffixes };
                if !text.text.is_empty() {
                    affixes.push(text.text.as_str().into());
                    resource.remember_id();
                }
            }
            let origin = Origin::made(text.place, because);
            let mut set = |node: &mut Node| {
                scalar_only(node)?;
                let old = node.text();
                let new = if before { format!("{}{old}", text.text) } else { format!("{old}{}", text.text) };
                let origin = node.origin.rewritten(text.place, because);
                node.overwrite(Scalar::untagged(new), origin);
                Ok(())
            };
            spec.each(&mut resource.node, Make::Scalar(Tag::String), &origin, &mut set)
                .map_err(|error| wrong(sources, because, error))?;
        }
    }
    Ok(())
}

/// Refuses what is no scalar.
pub(super) fn scalar_only(node: &Node) -> Result<(), Wrong> {
    if node.as_scalar().is_some() {
        return Ok(());
    }
    let message = format!("a scalar is expected here, and there is {}", node.shape());
    Err(Wrong { message, place: node.origin.place })
}

fn add_pairs(
    sources: &Sources<'_>,
    set: &mut Set,
    pairs: &[(String, Named)],
    specs: &[FieldSpec],
    because: &Arc<Because>,
) -> Result<(), RenderError> {
    for resource in &mut set.resources {
        for (key, value) in pairs {
            let origin = Origin::made(value.place, because);
            for spec in specs {
                let mut set = |node: &mut Node| {
                    if node.is_null() {
                        return Ok(());
                    }
                    if !matches!(node.kind, Kind::Map(_)) {
                        let message = format!("a map is expected here, and there is {}", node.shape());
                        return Err(Wrong { message, place: node.origin.place });
                    }
                    let origin = match node.get(key) {
                        Some(old) => old.origin.rewritten(value.place, because),
                        None => origin.clone(),
                    };
                    node.set(key, Node::string(value.text.as_str(), origin));
                    Ok(())
                };
                spec.each(&mut resource.node, Make::Map, &origin, &mut set)
                    .map_err(|error| wrong(sources, because, error))?;
            }
        }
    }
    Ok(())
}

fn scale(
    sources: &Sources<'_>,
    set: &mut Set,
    name: &str,
    count: i64,
    count_at: &Named,
    specs: &[FieldSpec],
    because: &Arc<Because>,
) -> Result<(), RenderError> {
    let mut found = false;
    for spec in specs {
        for at in set.find(|id| id.name == name && spec.gvk.selects_gvk(&id.gvk)) {
            found = true;
            let Some(resource) = set.resources.get_mut(at) else { continue };
            let origin = Origin::made(count_at.place, because);
            let mut set = |node: &mut Node| {
                scalar_only(node)?;
                let origin = node.origin.rewritten(count_at.place, because);
                node.overwrite(Scalar::int(count), origin);
                Ok(())
            };
            spec.each(&mut resource.node, Make::Scalar(Tag::Int), &origin, &mut set)
                .map_err(|error| wrong(sources, because, error))?;
        }
    }
    if found {
        return Ok(());
    }
    let kinds: Vec<&str> = specs.iter().map(|spec| spec.gvk.kind.as_str()).collect();
    let message = format!("replicas: nothing named {name} is a {}", kinds.join(", "));
    Err(sources.error(because.place, message, Some("use the name that the object has in its own file")))
}

/// Adds the hash of what generated objects hold to their names.
pub(super) fn add_hashes(sources: &Sources<'_>, set: &mut Set) -> Result<(), RenderError> {
    for resource in set.resources.iter_mut().filter(|resource| resource.needs_hash) {
        let suffix = hash::suffix(&resource.node).map_err(|(looks, tag)| {
            let message =
                format!("{}: a value that is to be {} is {}", resource.id(), tag.name(), looks.name());
            sources.error(resource.node.origin.place, message, None)
        })?;
        resource.remember_id();
        let name = format!("{}-{suffix}", resource.name());
        let origin = resource.node.at(&["metadata", "name"]).map_or(Origin::NONE, |name| name.origin.clone());
        resource.set_name(&name, &origin);
    }
    Ok(())
}
