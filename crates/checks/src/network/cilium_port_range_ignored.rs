//! An endPort that does not count.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::port::PortText;

use super::CILIUM_POLICY;
use super::model::{Network, at, port_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-port-range-ignored",
        title: "Cilium policy has a range of ports that Cilium does not read",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_port_range_ignored.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for port in port_rules(read).flat_map(|rule| rule.ports.iter().flatten()).filter(|port| port.end_port > 0)
    {
        let message = match port.text() {
            PortText::Number(0) => "port 0 is every port, and endPort does not narrow that".to_owned(),
            PortText::Number(first) if port.end_port < i64::from(first) => {
                format!("endPort is below the port and does not count: {first} alone is meant")
            }
            _ => continue,
        };
        fine = false;
        out.fail(&at(policy, &format!("{}.endPort", port.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
