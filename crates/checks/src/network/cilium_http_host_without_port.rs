//! A host that refuses requests with a port.

use ironsides_core::Inventory;
use ironsides_network::l7::facts::Fact;

use super::{CILIUM_POLICY, facts};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-host-without-port",
        title: "Cilium policy refuses hosts that are sent with their port",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_host_without_port.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    facts::tell(policy, inventory, out, |fact, rule| match fact {
        Fact::HostWithoutPort => {
            let message = format!(
                "{:?} must match the host with its port, if one is sent, and takes none with a port",
                rule.host
            );
            Some(("host", message))
        }
        _ => None,
    });
}
