//! A selector with a label that no identity has.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::{EndpointSelector, Subject};

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-unselectable-label",
        title: "Cilium policy selects by a label that Cilium leaves out",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_unselectable_label.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

/// Beginnings of labels that Cilium leaves out of identities by default (`pkg/labelsfilter`).
const LEFT_OUT: [&str; 11] = [
    "kubernetes.io",
    "topology.kubernetes.io",
    "k8s.io",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "pod-template-hash",
    "pod-template-generation",
    "controller-revision-hash",
    "controller-uid",
];

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for spec in &read.specs {
        let subject = match &spec.subject {
            Subject::Endpoints(selector) => Some(selector),
            Subject::Nodes(_) | Subject::Nothing => None,
        };
        let peers = spec.rules.iter().flat_map(|rule| rule.peers.endpoints.iter().flatten());
        for selector in subject.into_iter().chain(peers) {
            let Some(key) = left_out(selector) else { continue };
            fine = false;
            let message =
                format!("{key} is in no identity that Cilium makes, so the selector sees it on no pod");
            out.fail(&at(policy, &selector.place.path), message).confidence(Confidence::Medium);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// The label of a selector that no identity has.
fn left_out(selector: &EndpointSelector) -> Option<&str> {
    let keys = selector.requirements.iter().filter(|requirement| !requirement.key.is_reserved());
    keys.map(|requirement| requirement.key.name.as_str())
        .find(|key| LEFT_OUT.iter().any(|start| key.starts_with(start)))
}
