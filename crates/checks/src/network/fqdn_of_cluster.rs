//! A rule by a name of the cluster itself.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "fqdn-of-cluster",
        title: "Cilium policy allows pods by name",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("fqdn_of_cluster.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in read.specs.iter().flat_map(|spec| spec.of(Direction::Egress)) {
        for name in rule.peers.fqdns.iter().flatten() {
            let written = if name.name.is_empty() { &name.pattern } else { &name.name };
            let written = written.trim_end_matches('.').to_ascii_lowercase();
            if !([".cluster.local", ".svc"].iter().any(|end| written.ends_with(end))) {
                continue;
            }
            fine = false;
            let message = format!("{written} is a name of pods or Services, and toFQDNs never takes those");
            out.fail(&at(policy, &name.place.path), message);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
