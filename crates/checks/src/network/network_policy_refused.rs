//! A policy that nobody takes.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::CiliumPolicy;
use ironsides_network::{Loss, Problem};

use super::ANY_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "network-policy-refused",
        title: "network policy is refused",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("network_policy_refused.md"),
    },
    run: Run::Together { judges: ANY_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let mut fine = true;
    for (problem, who) in refusals(&network, inventory, policy) {
        fine = false;
        let message = match who {
            "" => problem.message.clone(),
            who => format!("{}: {who} refuses the policy, so it guards nothing", problem.message),
        };
        out.fail(&at(policy, &problem.place.path), message).key(problem.message.clone());
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}

/// Why a policy is refused, each with who refuses it (empty where the reason says that itself).
fn refusals<'n>(
    network: &'n Network,
    inventory: &Inventory,
    policy: &Object,
) -> Vec<(&'n Problem, &'static str)> {
    if let Some(cilium) = network.cilium_policy(inventory, policy) {
        return of_cilium(cilium, policy.is_live());
    }
    let own = network.problems(inventory, policy).iter().filter(|problem| problem.loss == Loss::Policy);
    let mut all: Vec<(&Problem, &str)> = own.map(|problem| (problem, "")).collect();
    // What the API server has returned it has taken.
    if !policy.is_live() {
        let of_pods = network.network_policy(inventory, policy).map(|policy| &policy.refused);
        let of_cluster = || network.cluster_policy(inventory, policy).map(|policy| &policy.refused);
        let refused = of_pods.or_else(of_cluster).into_iter().flatten();
        all.extend(refused.map(|problem| (problem, "the API server")));
    }
    all
}

fn of_cilium(policy: &CiliumPolicy, live: bool) -> Vec<(&Problem, &'static str)> {
    let agent = policy.refusal.as_ref().map(|refusal| (&refusal.problem, "the agent of Cilium"));
    let schema =
        policy.schema.iter().filter(|_| !live && agent.is_none()).map(|problem| (problem, "the API server"));
    agent.into_iter().chain(schema).collect()
}
