//! A policy that lets names be looked up over UDP and not over TCP.

use ironsides_core::Inventory;
use ironsides_network::kinds::network_policy::{Port, PortNumbers};
use ironsides_network::{Direction, Protocol};

use super::POLICY;
use super::model::{Network, at, rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dns-over-udp-alone",
        title: "network policy allows DNS over UDP alone",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("dns_over_udp_alone.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let egress = rules(read, Direction::Egress);
    let Some(udp) = egress.iter().flat_map(|rule| &rule.ports).find(|port| allows(port, Protocol::Udp))
    else {
        return out.not_applicable("it has no rule for DNS over UDP");
    };
    // Policies add up: another one for these pods, or for more, may allow the rest.
    let tcp = network
        .beside(read)
        .flat_map(|other| rules(other, Direction::Egress))
        .any(|rule| rule.ports.is_empty() || rule.ports.iter().any(|port| allows(port, Protocol::Tcp)));
    if tcp {
        out.pass(&policy.cursor().at(&["spec", "egress"]));
    } else {
        let message = "port 53 is open for UDP and not for TCP, over which long answers come";
        out.fail(&at(policy, &udp.place.path), message);
    }
}

fn allows(port: &Port, protocol: Protocol) -> bool {
    let covers = match &port.port {
        None => true,
        Some(PortNumbers::Range(first, last)) => *first <= 53 && 53 <= *last,
        Some(PortNumbers::Name(name)) => name.starts_with("dns"),
    };
    covers && port.protocol == protocol
}
