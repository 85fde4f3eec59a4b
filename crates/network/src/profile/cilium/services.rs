//! `toServices`: the backends of services.

use crate::cluster::Service;
use crate::kinds::cilium::{LabelKey, Requirement, ServiceReference};
use crate::kinds::selector::Asked;
use crate::matcher::Conjunct;
use crate::profile::cilium::lowering::Lowering;
use crate::profile::cilium::selector::Labels;

/// The backends of the services that a reference means: pods by the selector of the service, or else addresses. None
/// where no service is meant.
pub(super) fn peers(reference: &ServiceReference, lowering: &mut Lowering<'_>) -> Vec<Conjunct> {
    let mut all = Vec::new();
    for service in lowering.blocks.cluster.services.iter().filter(|service| means(reference, service)) {
        match &service.selector {
            Some(selector) => {
                let label = |(key, value): (&ironsides_tree::Text, &ironsides_tree::Text)| {
                    (LabelKey::new(LabelKey::K8S, key), Asked::In(vec![value.clone()]))
                };
                let labels = Labels(selector.iter().map(label).collect());
                let labels = labels.in_namespace(&service.namespace).in_cluster();
                all.extend(labels.conjuncts(&mut lowering.symbols));
            }
            None if service.endpoints.is_empty() => {}
            // The agent takes the addresses alone; ports are for toPorts to name.
            None => all.push(lowering.blocks.backends(&service.backends())),
        }
    }
    all
}

fn means(reference: &ServiceReference, service: &Service) -> bool {
    let in_namespace = |namespace: &str| namespace.is_empty() || service.namespace == namespace;
    let named = reference
        .named
        .as_ref()
        .is_none_or(|(name, namespace)| service.name == *name && in_namespace(namespace));
    let selected = reference.selected.as_ref().is_none_or(|(selector, namespace)| {
        let holds = selector.as_ref().is_none_or(|selector| {
            let label = |requirement: &Requirement| service.labels.get(&requirement.key.name);
            selector.requirements.iter().all(|requirement| requirement.operator.allows(label(requirement)))
        });
        holds && in_namespace(namespace)
    });
    named && selected
}
