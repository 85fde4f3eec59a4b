//! A rule that lets pods connect to whatever there is.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::network_policy::{Port, PortNumbers};

use super::POLICY;
use super::breadth::{Breadth, of_everything, wide};
use super::model::{Network, at, rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "egress-to-anywhere",
        title: "network policy lets pods connect to anything",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("egress_to_anywhere.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let rules = rules(read, Direction::Egress);
    let mut fine = true;
    for rule in rules.iter().filter(|rule| rule.peers.is_empty()) {
        // Whoever opens port 53 only wants names looked up.
        if !rule.ports.is_empty() && rule.ports.iter().all(is_of_names) {
            continue;
        }
        fine = false;
        out.fail(&at(policy, &rule.place.path), "a rule without to lets the pods connect to anything");
    }
    for (_, peer, breadth) in wide(rules, of_everything) {
        fine = false;
        let message = match breadth {
            Breadth::Whole => "the rule lets the pods connect to every address",
            Breadth::Nearly => "the rule lets the pods connect to every address but a few",
        };
        out.fail(&at(policy, &format!("{}.ipBlock.cidr", peer.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor().at(&["spec", "egress"]));
    }
}

fn is_of_names(port: &Port) -> bool {
    match &port.port {
        Some(PortNumbers::Range(first, last)) => (*first, *last) == (53, 53),
        Some(PortNumbers::Name(name)) => name == "dns",
        None => false,
    }
}
