//! A rule for the ICMP type 0, which is all of them.

use ironsides_core::Inventory;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-icmp-type-zero",
        title: "Cilium policy allows every ICMP message",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_icmp_type_zero.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let rules = read.specs.iter().flat_map(|spec| &spec.rules).filter(|rule| !rule.deny);
    for field in rules.flat_map(|rule| &rule.icmps).flatten().flat_map(|rule| &rule.fields) {
        if field.is_v6() || field.number() != Some(0) {
            continue;
        }
        fine = false;
        let message = "type 0 (EchoReply) stands for every type of ICMP message in Cilium's maps";
        out.fail(&at(policy, &field.place.path), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
