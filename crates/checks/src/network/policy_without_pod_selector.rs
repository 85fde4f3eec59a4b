//! A policy that selects all pods by leaving the selector out.

use super::POLICY;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-without-pod-selector",
        title: "network policy does not say which pods it is for",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_without_pod_selector.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let at = policy.cursor().at(&["spec", "podSelector"]);
    if at.is_set() {
        out.pass(&at);
    } else {
        let rule = "an absent podSelector is an empty one";
        out.fail(&at, "podSelector is not set, so the policy is for all pods of the namespace")
            .effective("{}", rule);
    }
}
