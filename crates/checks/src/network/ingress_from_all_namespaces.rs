//! A peer that is every pod of the cluster.

use ironsides_core::{Inventory, LabelSelector};
use ironsides_network::Direction;

use super::POLICY;
use super::model::Network;
use super::policy::rules;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-from-all-namespaces",
        title: "network policy lets every namespace in",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("ingress_from_all_namespaces.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    for peer in rules(policy, read, Direction::Ingress).flat_map(|rule| rule.get("from").items()) {
        let at = peer.get("namespaceSelector");
        let all = at.is_set() && LabelSelector::read(&at).is_ok_and(|selector| selector.is_everything());
        let pods =
            LabelSelector::read(&peer.get("podSelector")).is_ok_and(|selector| !selector.is_everything());
        if all && !pods {
            out.fail(&at, "an empty namespaceSelector lets in every pod of the cluster");
        } else {
            out.pass(&peer);
        }
    }
}
