//! Calico: policies in tiers, of its own kinds and of Kubernetes', asked in order.
//!
//! Felix knows one kind of policy. NetworkPolicy and ClusterNetworkPolicy are turned into it (as
//! `libcalico-go/lib/backend/k8s/conversion` does), in the tiers `default`, `kube-admin` and `kube-baseline`; then tiers by
//! their order, policies of a tier by theirs, and rules from top to bottom decide (`felix/calc/policy_sorter.go`). A tier of
//! which some policy guards an endpoint drops what none of its rules takes, unless it passes by default. What is left over is
//! let through by the profile of the namespace.

mod convert;
mod entity;
mod label;
mod ports;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_tree::Text;

use crate::address::{AddressRange, AddressSet, atoms};
use crate::cluster::Cluster;
use crate::kinds::Policies;
use crate::kinds::calico::{Action as Written, Calico, CalicoPolicy, Tier};
use crate::lowered::Lowered;
use crate::matcher::{Conjunct, Matcher};
use crate::place::{Loss, Problem};
use crate::profile::calico::entity::{Selections, product};
use crate::profile::calico::view::Seen;
use crate::profile::spec::refusal;
use crate::profile::{Options, Profile};
use crate::rule::{Action, Direction, Origin, Rank, Rule};
use crate::view::{Addresses, View, ViewId, Views};

/// What a cluster and its policies are for Calico.
pub fn lower(cluster: &Cluster, policies: &Policies, _options: &Options) -> Lowered {
    let mut problems = Vec::new();
    let mut seen = Seen::of(cluster);
    let tiers = tiers(&policies.calico, policies, &mut problems);
    let mut rules = Vec::new();
    let mut names = Vec::new();
    let mut selections = Selections::new(cluster, &mut seen.symbols, seen.views.all());
    let own = (selections.endpoints(), selections.own_node());
    // A pod that stands on no node yet may be on any.
    let guessed = (selections.unplaced(), selections.nodes());
    rules.extend([own, guessed].map(|(subject, peers)| Rule {
        origin: Origin::Plugin("Calico lets a node reach its own pods"),
        direction: Direction::Ingress,
        rank: Rank(0),
        action: Action::Allow,
        subject: Arc::new(subject),
        peers: Arc::new(peers),
        ports: None,
        proxy: None,
        authentication: None,
    }));
    let mut rank = 0;
    for (tier, in_tier) in &tiers {
        let first = rules.len();
        let mut defaults = Vec::new();
        for policy in in_tier {
            let index = u32::try_from(names.len()).unwrap_or(u32::MAX);
            names.push(policy.name.clone());
            let subject = selections.subject(policy, &mut problems);
            for (direction, written) in
                [(Direction::Ingress, &policy.ingress), (Direction::Egress, &policy.egress)]
            {
                let Some(written) = written else { continue };
                let decide = written.iter().filter(|rule| rule.action != Written::Log);
                let parts = decide.flat_map(|rule| {
                    ports::parts(rule, direction, cluster).into_iter().map(move |part| (rule, part))
                });
                for (rule, part) in parts {
                    rank += 1;
                    let (own, peers) = selections.ends(rule, policy, direction, part, &mut problems);
                    rules.push(Rule {
                        origin: Origin::Policy(index, rule.place.clone()),
                        direction,
                        rank: Rank(rank),
                        action: match rule.action {
                            Written::Allow => Action::Allow,
                            Written::Deny | Written::Log => Action::Deny,
                            // Where to is known at the end of the tier.
                            Written::Pass => Action::Pass(Rank(0)),
                        },
                        subject: if own.is_everybody() {
                            Arc::clone(&subject)
                        } else {
                            Arc::new(product(&subject, &own))
                        },
                        peers: Arc::new(peers),
                        ports: ports::of(rule, direction, part, cluster, &mut problems),
                        proxy: None,
                        authentication: None,
                    });
                }
                defaults.push((direction, Arc::clone(&subject), index));
            }
        }
        rank += 1;
        if !tier.passes {
            rules.extend(defaults.into_iter().map(|(direction, subject, index)| Rule {
                origin: Origin::Default(vec![index]),
                direction,
                rank: Rank(rank),
                action: Action::Deny,
                subject,
                peers: Arc::new(Matcher::everybody()),
                ports: None,
                proxy: None,
                authentication: None,
            }));
        }
        for rule in rules.get_mut(first..).unwrap_or_default() {
            if matches!(rule.action, Action::Pass(_)) {
                rule.action = Action::Pass(Rank(rank + 1));
            }
        }
    }
    host_endpoints(&policies.calico, cluster, &mut selections, &mut rules, &mut problems);
    rules.sort_by_key(|rule| rule.rank);
    problems.extend(policies.problems.iter().cloned());
    let outside = outside(&rules, &mut seen.views);
    Lowered {
        profile: Profile::Calico,
        symbols: seen.symbols,
        policies: names,
        rules,
        views: seen.views.into_all(),
        pods: seen.pods,
        nodes: seen.nodes,
        outside,
        names: Vec::new(),
        problems,
        basis: None,
    }
}

/// The policies that are enforced, by tier and in the order in which they decide.
fn tiers(
    calico: &Calico,
    policies: &Policies,
    problems: &mut Vec<Problem>,
) -> Vec<(Tier, Vec<CalicoPolicy>)> {
    let mut tiers: BTreeMap<Text, (Tier, Vec<CalicoPolicy>)> = BTreeMap::new();
    // The orders of the tiers that are always there: `api/pkg/apis/projectcalico/v3/tier.go`.
    let built_in = [("kube-admin", 1e3, true), ("default", 1e6, false), ("kube-baseline", 1e7, true)];
    let built_in =
        built_in.map(|(name, order, passes)| Tier { name: Text::new(name), order: Some(order), passes });
    for tier in built_in.iter().chain(&calico.tiers) {
        tiers.insert(tier.name.clone(), (tier.clone(), Vec::new()));
    }
    let lost = |policy: &CalicoPolicy, message: String| Problem {
        place: policy.place.clone(),
        message: format!("{}: {message}", policy.name),
        loss: Loss::Policy,
    };
    let of_pods = policies.network.iter().map(|policy| (&policy.name, &policy.refused));
    let of_cluster = policies.cluster.iter().map(|policy| (&policy.name, &policy.refused));
    problems.extend(of_pods.chain(of_cluster).filter_map(|(name, refused)| refusal(name, refused)));
    let converted = policies
        .network
        .iter()
        .filter(|policy| policy.refused.is_empty())
        .map(convert::network_policy)
        .chain(policies.cluster.iter().filter_map(|policy| convert::cluster_network_policy(policy, problems)))
        .collect::<Vec<_>>();
    for policy in calico.policies.iter().cloned().chain(converted) {
        if policy.staged {
            problems.push(lost(
                &policy,
                "it is staged, so it shows what it would do and has no effect".to_owned(),
            ));
        } else if policy.for_hosts {
            let message = "policies before translation or without tracking guard host endpoints, which are not evaluated";
            problems.push(lost(&policy, message.to_owned()));
        } else if let Some((_, in_tier)) = tiers.get_mut(&policy.tier) {
            in_tier.push(policy);
        } else {
            let message = format!("there is no tier {}, so it has no effect", policy.tier);
            problems.push(lost(&policy, message));
        }
    }
    let mut tiers: Vec<_> = tiers.into_values().collect();
    let order = |order: Option<f64>| order.unwrap_or(f64::INFINITY);
    tiers.sort_by(|(one, _), (other, _)| order(one.order).total_cmp(&order(other.order)));
    for (_, in_tier) in &mut tiers {
        in_tier.sort_by_cached_key(convert::tie_break);
        in_tier.sort_by(|one, other| order(one.order).total_cmp(&order(other.order)));
    }
    tiers
}

/// What reaches a node that a host endpoint guards depends on policies of hosts, which are not evaluated.
fn host_endpoints(
    calico: &Calico,
    cluster: &Cluster,
    selections: &mut Selections<'_>,
    rules: &mut Vec<Rule>,
    problems: &mut Vec<Problem>,
) {
    for endpoint in &calico.host_endpoints {
        if cluster.nodes.iter().all(|node| node.name != endpoint.node) {
            continue;
        }
        let message = format!(
            "host endpoint {} guards node {}, and policies of hosts are not evaluated",
            endpoint.name, endpoint.node
        );
        problems.push(Problem { place: endpoint.place.clone(), message, loss: Loss::Part });
        let condition = Arc::from(format!("host endpoint {} drops it", endpoint.name));
        let Matcher(conjuncts) = selections.node(&endpoint.node);
        let guarded = conjuncts
            .into_iter()
            .map(|conjunct| Conjunct { condition: Some(Arc::clone(&condition)), ..conjunct });
        let subject = Arc::new(Matcher(guarded.collect()));
        rules.extend(Direction::ALL.map(|direction| Rule {
            origin: Origin::Plugin("a host endpoint guards this node"),
            direction,
            rank: Rank(0),
            action: Action::Deny,
            subject: Arc::clone(&subject),
            peers: Arc::new(Matcher::everybody()),
            ports: None,
            proxy: None,
            authentication: None,
        }));
    }
}

/// Splits what is outside the cluster so that every rule takes a stretch as a whole or not at all.
fn outside(rules: &[Rule], views: &mut Views) -> Vec<(AddressRange, ViewId)> {
    let conjuncts = rules.iter().flat_map(|rule| rule.peers.0.iter().chain(&rule.subject.0));
    let mut sets: Vec<&AddressSet> = conjuncts.filter_map(|conjunct| conjunct.addresses.as_deref()).collect();
    sets.sort_unstable();
    sets.dedup();
    let view = |(first, last)| {
        let addresses = Addresses::Range(first, last);
        ((first, last), views.add(View { addresses, ..View::default() }))
    };
    atoms(sets).into_iter().map(view).collect()
}
