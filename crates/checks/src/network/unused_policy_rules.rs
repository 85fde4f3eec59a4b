//! Rules in a direction that the policy leaves alone.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::POLICY;
use super::model::Network;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unused-policy-rules",
        title: "network policy has rules that do not count",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("unused_policy_rules.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    for direction in [Direction::Ingress, Direction::Egress] {
        let at = policy.cursor().get("spec").get(direction.field());
        let word = direction.word();
        if at.items().next().is_some() && !read.isolates(direction) {
            let message = format!("policyTypes does not name {word}, so the rules for it do not count");
            out.fail(&at, message).also(policy, &policy.cursor().at(&["spec", "policyTypes"]));
        } else {
            out.pass(&at);
        }
    }
}
