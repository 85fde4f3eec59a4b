//! An empty list of peers that takes everyone.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::Rule;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-empty-list-opens",
        title: "an empty list in the Cilium policy means everyone",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_empty_list_opens.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in read.specs.iter().flat_map(|spec| &spec.rules).filter(|rule| !rule.deny) {
        let Some(list) = empty(rule).filter(|_| opens(rule)) else { continue };
        fine = false;
        let message = format!("{list} is empty, which counts as absent: the ports are open to everyone");
        out.fail(&at(policy, &format!("{}.{list}", rule.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// The list that is empty, of those that then count as absent.
fn empty(rule: &Rule) -> Option<&'static str> {
    let peers = &rule.peers;
    let lists = [
        ("toServices", peers.services.as_ref().map(Vec::len)),
        ("toFQDNs", peers.fqdns.as_ref().map(Vec::len)),
        ("toGroups", peers.groups.as_ref().map(Vec::len)),
    ];
    lists.into_iter().find(|(_, length)| *length == Some(0)).map(|(name, _)| name)
}

/// Whether the rule has ports and no other peers.
fn opens(rule: &Rule) -> bool {
    let peers = &rule.peers;
    let other = peers.endpoints.is_some()
        || peers.nodes.is_some()
        || peers.cidr.is_some()
        || peers.cidr_set.is_some()
        || peers.entities.is_some();
    let ports =
        rule.ports.iter().flatten().any(|rule| rule.ports.as_ref().is_some_and(|ports| !ports.is_empty()));
    ports && !other
}
