//! A policy for egress that closes ingress as well.

use super::POLICY;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-types-unwritten",
        title: "network policy closes pods to what it does not speak of",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_types_unwritten.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let spec = policy.cursor().get("spec");
    let at = spec.get("policyTypes");
    let has = |field| spec.get(field).is_set();
    if at.items().next().is_none() && has("egress") && !has("ingress") {
        let rule = "without policyTypes every policy closes its pods to ingress";
        out.fail(&at, "policyTypes is not set, so the policy for egress also keeps everybody out").effective(
            if spec.get("egress").items().next().is_some() { "[Ingress, Egress]" } else { "[Ingress]" },
            rule,
        );
    } else {
        out.pass(&at);
    }
}
