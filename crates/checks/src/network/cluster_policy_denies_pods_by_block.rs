//! A denial of all addresses that also hits pods.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cluster_network_policy::{Action, Rule, Subject, Who};

use super::CLUSTER_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-policy-denies-pods-by-block",
        title: "cluster network policy denies every address and the pods with it",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cluster_policy_denies_pods_by_block.md"),
    },
    run: Run::Together { judges: CLUSTER_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cluster_policy(inventory, policy) else { return };
    let mut spared = false;
    let mut fine = true;
    for rule in read.rules.iter().filter(|rule| rule.direction == Direction::Egress) {
        spared |= rule.action != Action::Deny && takes_pods(rule);
        for peer in &rule.peers {
            let Who::Networks(blocks) = &peer.who else { continue };
            if rule.action != Action::Deny || spared || blocks.iter().all(|block| block.prefix_len() > 0) {
                continue;
            }
            fine = false;
            let message = "a block of all addresses takes pods and Services' backends too, and no rule before it lets them pass";
            out.fail(&at(policy, &peer.place.path), message).confidence(Confidence::Medium);
        }
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}

/// Whether a rule takes pods in general.
fn takes_pods(rule: &Rule) -> bool {
    let pods = |who: &Who| matches!(who, Who::Pods(Subject::Namespaces(_) | Subject::Pods { .. }));
    rule.ports.is_none() && rule.peers.iter().any(|peer| pods(&peer.who))
}
