//! A path that refuses every query.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-path-exact",
        title: "Cilium policy refuses its path with a query",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_path_exact.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, rule| match fact {
        Fact::PathWithoutQuery => {
            let message = format!(
                "{:?} must match the path with its query: nothing with ? in it passes, and nothing below it",
                rule.path
            );
            Some(("path", message))
        }
        _ => None,
    });
}
