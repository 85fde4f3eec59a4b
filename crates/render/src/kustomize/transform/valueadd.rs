//! `ValueAddTransformer`: one value for a field of many objects, or for a part of a path in it.

use std::sync::Arc;

use super::namespace::{Namespace, Subjects};
use super::wrong;
use crate::error::RenderError;
use crate::kustomize::decode::Named;
use crate::kustomize::field::{FieldSpec, Make};
use crate::kustomize::node::Node;
use crate::kustomize::origin::{Because, Origin};
use crate::kustomize::scalar::{Scalar, Tag};
use crate::kustomize::selector::Selector;
use crate::kustomize::set::Set;
use crate::kustomize::sources::Sources;

/// A value and where it goes.
#[derive(Debug)]
pub(in crate::kustomize) struct ValueAdd {
    pub(in crate::kustomize) value: Named,
    pub(in crate::kustomize) selector: Option<Selector>,
    pub(in crate::kustomize) path: String,
    /// Before which part of the path that stands there the value is put, from 1; 0 replaces all.
    pub(in crate::kustomize) position: usize,
}

impl ValueAdd {
    pub(super) fn apply(
        &self,
        sources: &Sources<'_>,
        set: &mut Set,
        because: &Arc<Because>,
    ) -> Result<(), RenderError> {
        for resource in &mut set.resources {
            if self.selector.as_ref().is_some_and(|selector| !selector.takes(resource)) {
                continue;
            }
            if self.path == "metadata/namespace" {
                let namespace = Namespace {
                    name: self.value.clone(),
                    specs: Vec::new(),
                    unset_only: false,
                    subjects: Subjects::Default,
                };
                namespace.put(sources, resource, because)?;
                continue;
            }
            let spec = FieldSpec::new("", "", "", self.path.trim_start_matches('/'), true);
            let origin = Origin::made(self.value.place, because);
            let mut set = |node: &mut Node| {
                super::scalar_only(node)?;
                let text =
                    if self.position == 0 { self.value.text.clone() } else { self.insert(node.text()) };
                let origin = node.origin.rewritten(self.value.place, because);
                node.overwrite(Scalar::untagged(text), origin);
                Ok(())
            };
            spec.follow(&mut resource.node, Make::Scalar(Tag::String), &origin, &mut set)
                .map_err(|error| wrong(sources, because, error))?;
        }
        Ok(())
    }

    fn insert(&self, path: &str) -> String {
        let absolute = path.starts_with('/');
        let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let at = (self.position - 1).min(parts.len());
        parts.insert(at, &self.value.text);
        let joined = parts.join("/");
        if absolute { format!("/{joined}") } else { joined }
    }
}
