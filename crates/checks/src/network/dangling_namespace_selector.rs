//! A peer in namespaces that are not there.

use ironsides_core::{Inventory, LabelSelector, Labels, Object as Namespace};

use super::policy::{Direction, rules};
use super::{NAMESPACE, POLICY};
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

/// The label that every namespace has: its name.
const NAME: &str = "kubernetes.io/metadata.name";
/// How many namespaces are looked at for one peer.
const NAMESPACES: usize = 4096;

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    for direction in [Direction::Ingress, Direction::Egress] {
        for peer in rules(policy, direction).flat_map(|rule| rule.get(direction.peers()).items()) {
            let at = peer.get("namespaceSelector");
            if !at.is_set() {
                continue;
            }
            let Ok(selector) = LabelSelector::read(&at) else { continue };
            if names_system(&selector) {
                out.pass(&at);
                continue;
            }
            let mut namespaces = inventory.of_kind("", "Namespace").take(NAMESPACES);
            if namespaces.any(|namespace| selects(&selector, namespace)) {
                out.pass(&at);
            } else {
                let message = "namespaceSelector matches no namespace among the scanned files";
                out.fail(&at, message).confidence(Confidence::Low);
            }
        }
    }
}

/// Whether a selector asks for a namespace that no manifest brings.
fn names_system(selector: &LabelSelector<'_>) -> bool {
    let system = |value: &&str| value.starts_with("kube-") || *value == "default";
    selector.requirements().iter().any(|requirement| match &requirement.operator {
        ironsides_core::Operator::In(values) if requirement.key == NAME => values.iter().any(system),
        _ => false,
    })
}

fn selects(selector: &LabelSelector<'_>, namespace: &Namespace) -> bool {
    let labels = Labels::of(&namespace.cursor().get("metadata"));
    let name = &namespace.reference().name;
    selector.requirements().iter().all(|requirement| match &requirement.operator {
        ironsides_core::Operator::In(values) if requirement.key == NAME => {
            values.iter().any(|value| value == name)
        }
        ironsides_core::Operator::NotIn(values) if requirement.key == NAME => {
            values.iter().all(|value| value != name)
        }
        ironsides_core::Operator::Exists if requirement.key == NAME => true,
        _ => requirement.matches(&labels),
    })
}
