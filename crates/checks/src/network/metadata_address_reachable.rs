//! A rule that covers the address at which providers hand out credentials.

use std::net::IpAddr;

use ironsides_core::Inventory;
use ironsides_network::cluster::Endpoint;
use ironsides_network::kinds::cilium::CiliumPolicy;
use ironsides_network::kinds::network_policy::{Port, PortNumbers};
use ironsides_network::{Action, AddressSet, Direction, Match, Origin, Protocol, Rule, Traffic};

use super::model::{Network, at, rules};
use super::{CILIUM_POLICY, POLICY};
use crate::prelude::*;

/// The addresses at which providers hand out credentials of the machine.
const METADATA: [&str; 2] = ["169.254.169.254", "fd00:ec2::254"];

/// The kinds that are judged.
const JUDGED: &[(&str, &str)] = &[POLICY[0], POLICY[1], CILIUM_POLICY[0], CILIUM_POLICY[1]];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "metadata-address-reachable",
        title: "network policy lets pods reach the metadata service",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("metadata_address_reachable.md"),
    },
    run: Run::Together { judges: JUDGED, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    if let Some(read) = network.cilium_policy(inventory, policy) {
        return of_cilium(&network, read, policy, out);
    }
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in rules(read, Direction::Egress) {
        if !rule.ports.is_empty() && !rule.ports.iter().any(is_http) {
            continue;
        }
        if let Some(address) = addresses().next().filter(|_| rule.peers.is_empty()) {
            fine = false;
            let message = format!("the rule lets the pods connect to anybody, {address} too");
            out.fail(&at(policy, &rule.place.path), message);
        }
        for peer in &rule.peers {
            let Some(block) = &peer.ip_block else { continue };
            let set = AddressSet::block(block.cidr, &block.except);
            let Some(address) = addresses().find(|address| set.contains(*address)) else { continue };
            fine = false;
            let message = format!("the rule lets the pods connect to {address}");
            out.fail(&at(policy, &format!("{}.ipBlock.cidr", peer.place.path)), message);
        }
    }
    if fine {
        out.pass(&policy.cursor().at(&["spec", "egress"]));
    }
}

fn addresses() -> impl Iterator<Item = IpAddr> {
    METADATA.into_iter().filter_map(|address| address.parse().ok())
}

/// Whether a port is that on which the service answers.
fn is_http(port: &Port) -> bool {
    port.protocol == Protocol::Tcp
        && match &port.port {
            Some(PortNumbers::Range(first, last)) => *first <= 80 && 80 <= *last,
            Some(PortNumbers::Name(_)) => false,
            None => true,
        }
}

/// The rules of a policy of Cilium's that let a metadata address through, unless a rule for the same pods denies it.
fn of_cilium(network: &Network, read: &CiliumPolicy, policy: &Object, out: &mut Out<'_>) {
    let lowered = network.of_cilium();
    let mut told: Vec<&str> = Vec::new();
    for address in addresses() {
        let outside = lowered.view(Endpoint::Address(address), None);
        let Some(view) = outside.and_then(|view| lowered.views.get(view.index())) else { continue };
        let takes = |rule: &Rule| {
            let http = |ports: &std::sync::Arc<[ironsides_network::PortMatch]>| {
                ports.iter().any(|port| port.matches(Traffic::tcp(80), &[]))
            };
            rule.direction == Direction::Egress
                && rule.ports.as_ref().is_none_or(http)
                && rule.peers.matches(view) == Match::Yes
        };
        let denials: Vec<&Rule> =
            lowered.rules.iter().filter(|rule| rule.action == Action::Deny && takes(rule)).collect();
        for rule in lowered.rules.iter().filter(|rule| rule.action == Action::Allow) {
            let Origin::Policy(_, place) = &rule.origin else { continue };
            let denied = |denial: &&Rule| denial.rank <= rule.rank && denial.subject.covers(&rule.subject);
            let own = place.document == read.place.document && !told.contains(&&*place.path);
            if !own || !takes(rule) || denials.iter().any(denied) {
                continue;
            }
            told.push(&place.path);
            out.fail(&at(policy, &place.path), format!("the rule lets the pods connect to {address}"));
        }
    }
    if told.is_empty() {
        out.pass(&policy.cursor());
    }
}
