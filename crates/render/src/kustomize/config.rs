//! What the transformers look at: kustomize's own lists, and those that `configurations` and `crds` add.

use super::field::{FieldSpec, merge_all};
use super::id::Gvk;

mod defaults;

/// Which fields each transformer looks at.
#[derive(Clone, Debug, Default)]
pub(super) struct Config {
    pub(super) name_prefix: Vec<FieldSpec>,
    pub(super) name_suffix: Vec<FieldSpec>,
    pub(super) namespace: Vec<FieldSpec>,
    pub(super) common_labels: Vec<FieldSpec>,
    pub(super) labels: Vec<FieldSpec>,
    pub(super) template_labels: Vec<FieldSpec>,
    pub(super) common_annotations: Vec<FieldSpec>,
    pub(super) name_reference: Vec<Referred>,
    pub(super) var_reference: Vec<FieldSpec>,
    pub(super) images: Vec<FieldSpec>,
    pub(super) replicas: Vec<FieldSpec>,
}

/// A kind whose names others mention, and where they do.
#[derive(Clone, Debug)]
pub(super) struct Referred {
    pub(super) gvk: Gvk,
    pub(super) from: Vec<FieldSpec>,
}

impl Config {
    /// kustomize's own.
    pub(super) fn standard() -> Self {
        defaults::standard()
    }

    /// Adds what another one says. The error is a field spec that both have and that only one lets be made.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), FieldSpec> {
        merge_all(&mut self.name_prefix, &other.name_prefix)?;
        merge_all(&mut self.name_suffix, &other.name_suffix)?;
        merge_all(&mut self.namespace, &other.namespace)?;
        merge_all(&mut self.common_labels, &other.common_labels)?;
        merge_all(&mut self.labels, &other.labels)?;
        merge_all(&mut self.template_labels, &other.template_labels)?;
        merge_all(&mut self.common_annotations, &other.common_annotations)?;
        for referred in &other.name_reference {
            self.refer(referred)?;
        }
        merge_all(&mut self.var_reference, &other.var_reference)?;
        merge_all(&mut self.images, &other.images)?;
        merge_all(&mut self.replicas, &other.replicas)
    }

    pub(super) fn refer(&mut self, referred: &Referred) -> Result<(), FieldSpec> {
        if let Some(there) = self.name_reference.iter_mut().find(|there| there.gvk == referred.gvk) {
            merge_all(&mut there.from, &referred.from)
        } else {
            self.name_reference.push(referred.clone());
            Ok(())
        }
    }
}
