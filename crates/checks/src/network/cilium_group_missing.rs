//! A reference to a group that nobody declares.

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::gathered::{among, sure};
use crate::prelude::*;
use ironsides_core::Inventory;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-group-missing",
        title: "Cilium policy names a group of blocks that is not there",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_group_missing.md"),
    },
    run: Run::Together {
        judges: CILIUM_POLICY,
        needs: &[],
        welcomes: &[("cilium.io", "CiliumCIDRGroup")],
        run,
    },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let groups = &network.cluster.address_groups;
    for rule in read.specs.iter().flat_map(|spec| &spec.rules) {
        for set in rule.peers.cidr_set.iter().flatten().filter(|set| !set.group.is_empty()) {
            if groups.iter().any(|group| group.kind == "CiliumCIDRGroup" && group.name == set.group) {
                continue;
            }
            fine = false;
            let effect = if rule.deny { "denies nobody" } else { "allows nobody" };
            let message =
                format!("there is no CiliumCIDRGroup {} {}, so this {effect}", set.group, among(inventory));
            let finding = out.fail(&at(policy, &format!("{}.cidrGroupRef", set.place.path)), message);
            finding.confidence(sure(inventory, Confidence::Low));
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
