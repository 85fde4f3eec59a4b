//! Two peers that look like one.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::network_policy::Peer;

use super::POLICY;
use super::model::{Network, at, rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "split-policy-peer",
        title: "network policy allows either where both may have been meant",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("split_policy_peer.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in Direction::ALL.into_iter().flat_map(|direction| rules(read, direction)) {
        for pair in rule.peers.windows(2) {
            let [namespaces, pods] = pair else { continue };
            if !(only_namespaces(namespaces) && only_pods(pods)) {
                continue;
            }
            fine = false;
            let message = "this item allows pods of the policy's own namespace, and the item before it every pod of the \
                           namespaces that it selects: in one item both would have to hold";
            out.fail(&at(policy, &pods.place.path), message).confidence(Confidence::Medium);
        }
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}

fn only_namespaces(peer: &Peer) -> bool {
    let some = peer.namespace_selector.as_ref().is_some_and(|selector| !selector.is_everything());
    some && peer.pod_selector.is_none()
}

fn only_pods(peer: &Peer) -> bool {
    let some = peer.pod_selector.as_ref().is_some_and(|selector| !selector.is_everything());
    some && peer.namespace_selector.is_none()
}
