//! A part of a policy that whoever enforces it drops.

use ironsides_core::Inventory;
use ironsides_network::{Loss, Problem};

use super::ANY_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "network-policy-part-ignored",
        title: "part of the network policy has no effect",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("network_policy_part_ignored.md"),
    },
    run: Run::Together { judges: ANY_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    // What a manifest of a built-in kind has too much is told by `unknown-field`, and what the server returned has no more.
    let built_in = policy.kind().is_some();
    let dropped = network.cilium_policy(inventory, policy).map(|cilium| &cilium.unknown);
    let part = |problem: &&Problem| problem.loss == Loss::Part && !built_in;
    let own = network.problems(inventory, policy).iter().filter(part);
    let mut fine = true;
    for problem in dropped.into_iter().flatten().chain(own) {
        fine = false;
        out.fail(&at(policy, &problem.place.path), problem.message.clone())
            .key(problem.place.path.to_string());
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
