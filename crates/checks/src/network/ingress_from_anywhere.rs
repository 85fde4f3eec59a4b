//! A rule that lets in whoever comes.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::POLICY;
use super::breadth::{Breadth, of_internet, wide};
use super::model::{Network, at, rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-from-anywhere",
        title: "network policy lets everybody in",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("ingress_from_anywhere.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let rules = rules(read, Direction::Ingress);
    let mut fine = true;
    for rule in rules.iter().filter(|rule| rule.peers.is_empty()) {
        fine = false;
        let what = if rule.ports.is_empty() { "" } else { "on its ports " };
        let message = format!("a rule without from lets everybody in {what}from anywhere");
        let finding = out.fail(&at(policy, &rule.place.path), message);
        if !rule.ports.is_empty() {
            finding.severity(Severity::Low);
        }
    }
    for (rule, peer, breadth) in wide(rules, of_internet) {
        fine = false;
        let message = match breadth {
            Breadth::Whole => "the rule lets every address in",
            Breadth::Nearly => "the rule lets the whole internet in",
        };
        let finding = out.fail(&at(policy, &format!("{}.ipBlock.cidr", peer.place.path)), message);
        if !rule.ports.is_empty() {
            finding.severity(Severity::Low);
        }
    }
    if fine {
        out.pass(&policy.cursor().at(&["spec", "ingress"]));
    }
}
