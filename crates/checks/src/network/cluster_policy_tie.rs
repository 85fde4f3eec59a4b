//! Policies of the cluster of which nobody says which is first.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cluster_network_policy::{Action, ClusterNetworkPolicy};

use super::CLUSTER_POLICY;
use super::model::Network;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-policy-tie",
        title: "two cluster network policies of one priority contradict each other",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cluster_policy_tie.md"),
    },
    run: Run::Together { judges: CLUSTER_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().at(&["spec", "priority"]);
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cluster_policy(inventory, policy) else { return };
    let same = |other: &&ClusterNetworkPolicy| {
        other.tier == read.tier
            && other.priority == read.priority
            && other.place.document < read.place.document
    };
    for other in network.policies.cluster.iter().filter(same) {
        if other.name == read.name || !contradict(read, other) {
            continue;
        }
        let message = format!(
            "{} {} has priority {} too and another action for the same direction: which of the two decides is left open",
            other.name.kind, other.name.name, read.priority
        );
        let finding = out.fail(&at, message);
        finding.key(other.name.to_string()).confidence(Confidence::Medium);
        if let Some(object) = inventory.objects().get(other.place.document as usize) {
            finding.also(object, &object.cursor().at(&["spec", "priority"]));
        }
        return;
    }
    out.pass(&at);
}

/// Whether two policies may decide the same traffic otherwise: rules of one direction with different actions.
fn contradict(one: &ClusterNetworkPolicy, other: &ClusterNetworkPolicy) -> bool {
    let actions = |policy: &ClusterNetworkPolicy, direction: Direction| -> Vec<Action> {
        policy.rules.iter().filter(|rule| rule.direction == direction).map(|rule| rule.action).collect()
    };
    Direction::ALL.into_iter().any(|direction| {
        let (one, other) = (actions(one, direction), actions(other, direction));
        one.iter().any(|action| other.iter().any(|against| against != action))
    })
}
