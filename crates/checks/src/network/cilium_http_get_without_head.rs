//! A rule for GET that refuses HEAD.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-get-without-head",
        title: "Cilium policy lets GET through and not HEAD",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_get_without_head.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, rule| match fact {
        Fact::GetWithoutHead => {
            let message = format!(
                "{:?} lets GET through and refuses HEAD, with which caches and probes ask",
                rule.method
            );
            Some(("method", message))
        }
        _ => None,
    });
}
