//! Anchors that change nothing.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-anchors",
        title: "Cilium policy anchors what is matched as a whole anyway",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_anchors.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, _| match fact {
        Fact::Anchors(field) => Some((
            *field,
            format!("{field} is matched as a whole: ^ at its beginning and $ at its end change nothing"),
        )),
        _ => None,
    });
}
