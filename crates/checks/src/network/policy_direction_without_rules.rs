//! A direction that a policy closes for want of rules.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::POLICY;
use super::model::Network;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-direction-without-rules",
        title: "network policy closes pods without saying so",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_direction_without_rules.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let spec = policy.cursor().get("spec");
    let selects_some = spec
        .get("podSelector")
        .entries()
        .any(|(_, labels)| labels.entries().next().is_some() || labels.items().next().is_some());
    if !selects_some {
        return out.not_applicable("the policy is the rule for all pods of its namespace");
    }
    let has_rules = |direction: Direction| spec.get(direction.field()).items().next().is_some();
    let speaks = [Direction::Ingress, Direction::Egress].into_iter().any(has_rules);
    for direction in [Direction::Ingress, Direction::Egress] {
        let at = spec.get(direction.field());
        let forgotten = speaks && read.isolates(direction) && !at.is_set();
        if forgotten {
            let word = direction.word();
            out.fail(&at, format!("the pods are closed to all {word}: there are no rules for it"))
                .effective("nothing is let through", "a direction in policyTypes without rules is closed");
        } else {
            out.pass(&at);
        }
    }
}
