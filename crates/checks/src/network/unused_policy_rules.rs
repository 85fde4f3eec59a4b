//! Rules in a direction that the policy leaves alone.

use ironsides_network::Direction;

use super::POLICY;
use super::policy::isolates;
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
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    for direction in [Direction::Ingress, Direction::Egress] {
        let at = policy.cursor().get("spec").get(direction.field());
        let word = direction.word();
        if at.items().next().is_some() && !isolates(policy, direction) {
            let message = format!("policyTypes does not name {word}, so the rules for it do not count");
            out.fail(&at, message).also(policy, &policy.cursor().at(&["spec", "policyTypes"]));
        } else {
            out.pass(&at);
        }
    }
}
