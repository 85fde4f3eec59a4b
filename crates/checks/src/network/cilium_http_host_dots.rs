//! A dot in a host that stands for any letter.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-host-dots",
        title: "Cilium policy takes more hosts than it names",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_host_dots.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, rule| match fact {
        Fact::DotInHost => {
            let message = format!(
                "a dot stands for any letter: {:?} also takes hosts with another one in its place",
                rule.host
            );
            Some(("host", message))
        }
        _ => None,
    });
}
