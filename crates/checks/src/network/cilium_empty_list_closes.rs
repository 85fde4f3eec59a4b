//! An empty list of peers that takes nobody, whatever stands beside it.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-empty-list-closes",
        title: "an empty list in the Cilium policy means nobody",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_empty_list_closes.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in read.specs.iter().flat_map(|spec| &spec.rules) {
        let peers = &rule.peers;
        let lists = [
            ("Endpoints", peers.endpoints.as_ref().map(Vec::len)),
            ("Nodes", peers.nodes.as_ref().map(Vec::len)),
            ("CIDR", peers.cidr.as_ref().map(Vec::len)),
            ("CIDRSet", peers.cidr_set.as_ref().map(Vec::len)),
            ("Entities", peers.entities.as_ref().map(Vec::len)),
        ];
        let Some((list, _)) = lists.into_iter().find(|(_, length)| *length == Some(0)) else { continue };
        fine = false;
        let from = if rule.direction == Direction::Ingress { "from" } else { "to" };
        let effect = if rule.deny { "denies nobody" } else { "allows nobody" };
        let message = format!("{from}{list} is empty, so the rule {effect}, whatever else it names");
        out.fail(&at(policy, &format!("{}.{from}{list}", rule.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
