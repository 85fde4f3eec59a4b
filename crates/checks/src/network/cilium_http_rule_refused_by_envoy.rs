//! An expression that Envoy refuses.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-rule-refused-by-envoy",
        title: "Cilium policy has an expression that Envoy refuses",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_rule_refused_by_envoy.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, _| match fact {
        Fact::Malformed(field, _) | Fact::TooLarge(field, _) => Some((*field, fact.to_string())),
        _ => None,
    });
}
