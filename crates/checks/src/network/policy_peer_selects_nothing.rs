//! A peer of a policy that no pod is.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::model::{Network, at, namespace_of, rules};
use super::{NAMESPACE, POLICY};
use crate::gathered::{among, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-peer-selects-nothing",
        title: "network policy allows pods that are not there",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_peer_selects_nothing.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[ANY_POD], welcomes: NAMESPACE, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let mut fine = true;
    for peer in
        Direction::ALL.into_iter().flat_map(|direction| rules(read, direction)).flat_map(|rule| &rule.peers)
    {
        let Some(selector) = peer.pod_selector.as_ref().filter(|selector| !selector.is_everything()) else {
            continue;
        };
        // Namespaces that are not there are another matter, and so are those of which nothing is.
        let known = match &peer.namespace_selector {
            Some(namespaces) => {
                network.namespaces(namespaces).any(|name| network.pods_in(name).next().is_some())
            }
            None => network.pods_in(namespace_of(read)).next().is_some(),
        };
        if !known || selector.0.is_empty() || !network.peers(namespace_of(read), peer).is_empty() {
            continue;
        }
        fine = false;
        let message =
            format!("podSelector matches no pod {} in the namespaces that the peer means", among(inventory));
        let path = format!("{}.podSelector", peer.place.path);
        out.fail(&at(policy, &path), message).confidence(sure(inventory, Confidence::Medium));
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
