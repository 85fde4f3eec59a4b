//! A peer in namespaces that are not there.

use ironsides_core::{Inventory, LabelSelector, Operator};
use ironsides_network::Direction;

use super::model::Network;
use super::policy::rules;
use super::{NAMESPACE, POLICY};
use crate::gathered::{Namespaces, among, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-namespace-selector",
        title: "network policy names no namespace of the input",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("dangling_namespace_selector.md"),
    },
    run: Run::Together { judges: POLICY, needs: NAMESPACE, welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    for direction in [Direction::Ingress, Direction::Egress] {
        for peer in rules(policy, read, direction).flat_map(|rule| rule.get(direction.peers()).items()) {
            let at = peer.get("namespaceSelector");
            if !at.is_set() {
                continue;
            }
            let Ok(selector) = LabelSelector::read(&at) else { continue };
            if names_system(&selector) {
                out.pass(&at);
                continue;
            }
            if Namespaces::of(inventory).0.selected(&selector).next().is_some() {
                out.pass(&at);
            } else {
                let message = format!("namespaceSelector matches no namespace {}", among(inventory));
                out.fail(&at, message).confidence(sure(inventory, Confidence::Low));
            }
        }
    }
}

/// Whether a selector asks for a namespace that no manifest brings.
fn names_system(selector: &LabelSelector<'_>) -> bool {
    let system = |value: &&str| value.starts_with("kube-") || *value == "default";
    selector.requirements().iter().any(|requirement| match &requirement.operator {
        Operator::In(values) if requirement.key == Namespaces::NAME => values.iter().any(system),
        _ => false,
    })
}
