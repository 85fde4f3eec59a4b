//! A rule that names nobody.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::Peers;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-empty-rule",
        title: "Cilium policy has a rule that lets nobody through",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_empty_rule.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in read.specs.iter().flat_map(|spec| &spec.rules) {
        let ports = rule
            .ports
            .iter()
            .flatten()
            .any(|rule| rule.ports.as_ref().is_some_and(|ports| !ports.is_empty()));
        let icmps = rule.icmps.iter().flatten().any(|rule| !rule.fields.is_empty());
        if rule.peers != Peers::default() || ports || icmps {
            continue;
        }
        fine = false;
        let effect = if rule.deny { "denies nobody" } else { "lets nobody through" };
        let message = format!(
            "the rule names neither peers nor ports, and so it {effect}; to Cilium it is not everyone"
        );
        out.fail(&at(policy, &rule.place.path), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
