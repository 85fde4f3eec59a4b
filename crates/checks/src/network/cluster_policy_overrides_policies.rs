//! An Accept that makes the policies of namespaces void.

use ironsides_core::Inventory;
use ironsides_network::{Action, Match, Origin, Rule};

use super::model::{Network, at};
use super::{CLUSTER_POLICY, LOOKED_UP};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-policy-overrides-policies",
        title: "cluster network policy lets everyone through before other policies",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cluster_policy_overrides_policies.md"),
    },
    run: Run::Together { judges: CLUSTER_POLICY, needs: &[], welcomes: LOOKED_UP, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cluster_policy(inventory, policy) else { return };
    let lowered = network.lowered();
    let pods = || network.cluster.pods.iter().zip(&lowered.pods).filter(|(pod, _)| !pod.host_network);
    let mut fine = true;
    for rule in &lowered.rules {
        let Origin::Policy(_, place) = &rule.origin else { continue };
        let is_own =
            place.document == read.place.document && rule.action == Action::Allow && rule.ports.is_none();
        let mut views = pods().filter_map(|(_, sight)| lowered.views.get(sight.remote.index()));
        let mut takes_all = || views.all(|view| rule.peers.matches(view) == Match::Yes);
        if !is_own || rule.peers.0.is_empty() || !takes_all() {
            continue;
        }
        let is_closed = |closing: &&Rule| {
            let by_policies = matches!(closing.origin, Origin::Default(_));
            by_policies && closing.rank > rule.rank && closing.direction == rule.direction
        };
        let closed: Vec<&Rule> = lowered.rules.iter().filter(is_closed).collect();
        let overridden = pods().find(|(_, sight)| {
            lowered.views.get(sight.remote.index()).is_some_and(|view| {
                rule.subject.matches(view) == Match::Yes
                    && closed.iter().any(|closing| closing.subject.matches(view) == Match::Yes)
            })
        });
        let Some((pod, _)) = overridden else { continue };
        fine = false;
        let message = format!(
            "every pod is accepted before network policies are asked, so those for {} of {} {}/{} do not count for pods",
            rule.direction.field(),
            pod.workload_kind,
            pod.namespace,
            pod.workload
        );
        out.fail(&at(policy, &place.path), message);
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
