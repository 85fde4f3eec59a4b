//! Policies of the cluster of which nobody says which is first.

use ironsides_core::Inventory;
use ironsides_network::kinds::cluster_network_policy::ClusterNetworkPolicy;
use ironsides_network::{Engine, Lowered, Match, Options, Origin, Policies, Rule, Verdict, View};

use super::CLUSTER_POLICY;
use super::model::{Network, certain};
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
    run: Run::Together { judges: CLUSTER_POLICY, needs: &[], welcomes: WELCOMES, run },
};

/// Who talks decides whether they meet; NetworkPolicy decides what a Pass leads to.
const WELCOMES: &[(&str, &str)] = &[ANY_POD, ("", "Namespace"), ("networking.k8s.io", "NetworkPolicy")];

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().at(&["spec", "priority"]);
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cluster_policy(inventory, policy) else { return };
    let same =
        |other: &&ClusterNetworkPolicy| ties(other, read) && other.place.document < read.place.document;
    for other in network.policies.cluster.iter().filter(same) {
        let Some(meeting) = Meeting::of(&network, other, read, inventory.server().is_some()) else {
            continue;
        };
        let whom = match meeting {
            Meeting::Seen => "pods here are let through or not by which of the two comes first",
            Meeting::Possible => "which of the two decides where both take the same traffic is left open",
        };
        let message = format!(
            "{} {} has priority {} too and another action for the same traffic: {whom}",
            other.name.kind, other.name.name, read.priority
        );
        let finding = out.fail(&at, message);
        finding.key(other.name.to_string());
        finding.confidence(if meeting == Meeting::Seen { Confidence::High } else { Confidence::Low });
        if let Some(object) = inventory.objects().get(other.place.document as usize) {
            finding.also(object, &object.cursor().at(&["spec", "priority"]));
        }
        return;
    }
    out.pass(&at);
}

fn ties(one: &ClusterNetworkPolicy, other: &ClusterNetworkPolicy) -> bool {
    one.tier == other.tier && one.priority == other.priority && one.name != other.name
}

/// How two policies of one priority come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    /// Something that was read is treated otherwise by which of them is first.
    Seen,
    /// Nothing that was read tells, and their selectors, blocks and ports do not keep them apart.
    Possible,
}

impl Meeting {
    fn of(
        network: &Network,
        one: &ClusterNetworkPolicy,
        other: &ClusterNetworkPolicy,
        is_whole: bool,
    ) -> Option<Self> {
        let whole = network.of_spec();
        if contradictions(whole, one, other).is_empty() {
            return None;
        }
        // The two alone of their priority: what a third makes of it is the third's affair.
        let stays = |policy: &&ClusterNetworkPolicy| {
            policy.name == one.name || policy.name == other.name || !ties(policy, one)
        };
        let cluster = network.policies.cluster.iter().filter(stays).cloned().collect();
        let policies = Policies { cluster, network: network.policies.network.clone(), ..Policies::default() };
        let options = Options::of(whole.profile);
        let lowered = ironsides_network::profile::lower(whole.profile, &network.cluster, &policies, &options);
        let pairs = contradictions(&lowered, one, other);
        if decides(&lowered, one, other) {
            return Some(Self::Seen);
        }
        let known = |pair: &(&Rule, &Rule)| is_known(&lowered, pair);
        (!is_whole && !pairs.iter().all(known)).then_some(Self::Possible)
    }
}

/// The rules of two policies that can take the same traffic and do something else with it.
fn contradictions<'l>(
    lowered: &'l Lowered,
    one: &ClusterNetworkPolicy,
    other: &ClusterNetworkPolicy,
) -> Vec<(&'l Rule, &'l Rule)> {
    let place = |policy: &ClusterNetworkPolicy| lowered.policies.iter().position(|name| *name == policy.name);
    let (Some(one), Some(other)) = (place(one), place(other)) else { return Vec::new() };
    let of = |policy: usize| {
        lowered.rules.iter().filter(move |rule| {
            let own = matches!(rule.origin, Origin::Policy(by, _) if by as usize == policy);
            // What only says who is asked first has a condition.
            own && rule.subject.0.iter().all(|conjunct| conjunct.condition.is_none())
        })
    };
    let mut found = Vec::new();
    for rule in of(one) {
        let against = of(other).filter(|other| {
            let same = std::mem::discriminant(&rule.action) == std::mem::discriminant(&other.action);
            !same
                && rule.direction == other.direction
                && rule.subject.meets(&other.subject)
                && certain(&rule.peers).meets(&certain(&other.peers))
                && on_same_ports(rule, other)
        });
        found.extend(against.map(|other| (rule, other)));
    }
    found
}

/// Whether two rules have ports in common. A name may be any port.
fn on_same_ports(one: &Rule, other: &Rule) -> bool {
    match (one.ports.as_deref(), other.ports.as_deref()) {
        (Some(one), Some(other)) => one.iter().any(|port| {
            other.iter().any(|another| port.is_named() || another.is_named() || port.meets(another, &[]))
        }),
        _ => true,
    }
}

/// Whether what was read tells of somebody whom both rules guard, and of somebody who is a peer of both.
fn is_known(lowered: &Lowered, (one, other): &(&Rule, &Rule)) -> bool {
    let any = |takes: &dyn Fn(&View) -> bool| lowered.views.iter().any(takes);
    let yes = |matcher: &ironsides_network::Matcher, view: &View| matcher.matches(view) == Match::Yes;
    any(&|view| yes(&one.subject, view) && yes(&other.subject, view))
        && any(&|view| yes(&one.peers, view) && yes(&other.peers, view))
}

/// Whether anything that was read is let through or not by which of two policies is asked first.
fn decides(lowered: &Lowered, one: &ClusterNetworkPolicy, other: &ClusterNetworkPolicy) -> bool {
    let turns = [
        ironsides_network::profile::spec::turn(&one.name.to_string(), &other.name.to_string()),
        ironsides_network::profile::spec::turn(&other.name.to_string(), &one.name.to_string()),
    ];
    let engine = Engine::new(lowered);
    let found = engine.rectangles(
        || false,
        |found, rectangle| {
            if !*found {
                let connections = engine.get(rectangle.connections);
                *found = connections.parts().iter().any(|part| match &part.verdict {
                    Verdict::Depends(conditions) => {
                        conditions.iter().any(|condition| turns.iter().any(|turn| condition.contains(turn)))
                    }
                    _ => false,
                });
            }
        },
    );
    found.contains(&true)
}
