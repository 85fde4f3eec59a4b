//! A peer of a policy of the cluster that says nothing, or something new.

use ironsides_core::Inventory;
use ironsides_network::kinds::cluster_network_policy::{Action, Who};

use super::CLUSTER_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-policy-unknown-peer",
        title: "cluster network policy has a peer that nobody understands",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cluster_policy_unknown_peer.md"),
    },
    run: Run::Together { judges: CLUSTER_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cluster_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in &read.rules {
        for peer in rule.peers.iter().filter(|peer| peer.who == Who::Unknown) {
            fine = false;
            let effect = if rule.action == Action::Accept { "allows nobody" } else { "denies everyone" };
            let message = format!(
                "the peer names nobody that this version of the API knows, so the rule fails closed: it {effect}"
            );
            out.fail(&at(policy, &peer.place.path), message);
        }
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
