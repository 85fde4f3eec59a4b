//! A switch for a direction in which the policy has no rules.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-default-deny-without-rules",
        title: "Cilium policy asks for a default that does not come",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_default_deny_without_rules.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for spec in &read.specs {
        for direction in Direction::ALL {
            if spec.default_deny.of(direction) != Some(true) || spec.of(direction).next().is_some() {
                continue;
            }
            fine = false;
            let field = direction.field();
            let message =
                format!("the policy has no rules for {field}, and without them the switch closes nothing");
            out.fail(&at(policy, &format!("{}.enableDefaultDeny.{field}", spec.place.path)), message);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
