//! ClusterNetworkPolicy, AdminNetworkPolicy and BaselineAdminNetworkPolicy as rules.

use std::sync::Arc;

use crate::kinds::cluster_network_policy::{Action as Written, ClusterNetworkPolicy, Rule, Tier, Who};
use crate::kinds::network_policy::IpBlock;
use crate::kinds::selector::Selector;
use crate::matcher::{Conjunct, Matcher, Requirement};
use crate::place::{Loss, PolicyName, Problem};
use crate::port::PortMatch;
use crate::profile::Profile;
use crate::rule::{Action, Direction, Origin, Rank};

use super::builder::{Builder, Part};
use super::keys::Of;
use super::{Tiers, domains, refused};

/// One rule after the other by tier, priority and place; the first that takes the traffic decides. The directions in which
/// rules of the Baseline tier ask about nodes.
pub(super) fn lower(
    builder: &mut Builder<'_>,
    policies: &[ClusterNetworkPolicy],
    tiers: Tiers,
    profile: Profile,
) -> [bool; 2] {
    let mut counted: Vec<(&ClusterNetworkPolicy, u32)> = Vec::new();
    for policy in policies {
        if policy.name.kind == "ClusterNetworkPolicy" && !builder.reading.cluster_network_policy {
            let message =
                format!("{} is of a kind that nobody enforces under the profile {profile}", policy.name);
            builder.problems.push(Problem { place: policy.place.clone(), message, loss: Loss::Policy });
        } else if let Some(problem) = refused(*builder.options, &policy.name, &policy.refused) {
            builder.problems.push(problem);
        } else {
            counted.push((policy, builder.policy(&policy.name)));
        }
    }
    counted.sort_by_key(|(policy, _)| (policy.tier, policy.priority));
    let mut nodes = [false; 2];
    for (direction, nodes) in Direction::ALL.into_iter().zip(&mut nodes) {
        let mut next = tiers.admin;
        for group in counted.chunk_by(|(a, _), (b, _)| (a.tier, a.priority) == (b.tier, b.priority)) {
            let tier = group.first().map_or(Tier::Admin, |(policy, _)| policy.tier);
            let pass = if tier == Tier::Admin { tiers.network } else { tiers.end };
            if tier == Tier::Baseline {
                next = next.max(tiers.baseline);
                *nodes |= group.iter().flat_map(|(policy, _)| &policy.rules).any(asks_about_nodes);
            }
            let mut orders: Vec<Order> = Vec::new();
            for &(policy, index) in group {
                let parts = parts(builder, policy, index, direction, pass);
                if !parts.is_empty() {
                    orders.push(Order { name: policy.name.to_string(), parts });
                }
            }
            next = place(builder, &orders, next);
        }
    }
    nodes
}

/// The rules of one policy in one direction, in order.
struct Order {
    name: String,
    parts: Vec<Part>,
}

/// Gives ranks to policies of one priority; the next free rank.
///
/// A plug-in may ask any of them first. Behind them all stand all but the last once more, and a
/// rule whose condition is that the plug-in does so leads to where another one is asked first: each of them is asked first in
/// one of these turns, and all the others behind it.
fn place(builder: &mut Builder<'_>, orders: &[Order], mut next: Rank) -> Rank {
    let mut rank = || {
        let rank = next;
        next = Rank(next.0.saturating_add(1));
        rank
    };
    let turn = disagree(orders).then(&mut rank);
    let mut starts = Vec::new();
    let mut ranked = Vec::new();
    for order in orders {
        let mut ranks = order.parts.iter().map(|part| (rank(), part)).collect::<Vec<_>>();
        starts.extend(ranks.first().map(|(rank, _)| *rank));
        ranked.append(&mut ranks);
    }
    if let Some(turn) = turn {
        for order in orders.iter().rev().skip(1).rev() {
            ranked.extend(order.parts.iter().map(|part| (rank(), part)));
        }
        for (order, start) in orders.iter().zip(&starts).skip(1) {
            let others: Vec<&str> =
                orders.iter().map(|order| order.name.as_str()).filter(|name| *name != order.name).collect();
            let before = if let [other] = others.as_slice() { other } else { "the others" };
            let text = super::turn(&order.name, before);
            let part = turn_to(builder, order, *start, &text);
            if let Some(part) = part {
                builder.rule(turn, part);
            }
        }
    }
    for (rank, part) in ranked {
        builder.rule(rank, part.clone());
    }
    next
}

/// Whether policies do different things.
fn disagree(orders: &[Order]) -> bool {
    let mut actions = orders.iter().flat_map(|order| order.parts.iter().map(|part| part.action));
    let first = actions.next();
    orders.len() > 1 && actions.any(|action| Some(action) != first)
}

/// Leads to where a policy is asked first, for the traffic that it asks about.
fn turn_to(builder: &mut Builder<'_>, order: &Order, start: Rank, text: &str) -> Option<Part> {
    let first = order.parts.first()?;
    let condition: Arc<str> = Arc::from(text);
    let conditional =
        |conjunct: &Conjunct| Conjunct { condition: Some(Arc::clone(&condition)), ..conjunct.clone() };
    let subject = first.subject.0.iter().map(conditional).collect();
    let peers = order.parts.iter().flat_map(|part| part.peers.0.clone()).collect();
    let ports: Option<Vec<PortMatch>> = order
        .parts
        .iter()
        .map(|part| part.ports.as_deref())
        .collect::<Option<Vec<_>>>()
        .map(|ports| ports.concat());
    Some(Part {
        origin: Origin::Plugin("the order in which it asks policies of one priority"),
        direction: first.direction,
        action: Action::Pass(start),
        subject: builder.matcher(subject),
        peers: builder.matcher(peers),
        ports: ports.map(Into::into),
    })
}

fn asks_about_nodes(rule: &Rule) -> bool {
    rule.peers.iter().any(|peer| !matches!(peer.who, Who::Pods(_) | Who::DomainNames(_)))
}

fn parts(
    builder: &mut Builder<'_>,
    policy: &ClusterNetworkPolicy,
    index: u32,
    direction: Direction,
    pass: Rank,
) -> Vec<Part> {
    let Some(subject) = builder.subject(&policy.subject) else { return Vec::new() };
    let subject = builder.matcher(vec![subject]);
    let mut parts = Vec::new();
    for rule in policy.rules.iter().filter(|rule| rule.direction == direction) {
        let unknown = rule.peers.iter().any(|peer| peer.who == Who::Unknown);
        let (action, peers, ports) = match (rule.action, unknown) {
            // Rules fail closed over what is not known.
            (Written::Unknown, _) | (Written::Accept, true) => continue,
            (Written::Deny | Written::Pass, true) => {
                (Action::Deny, builder.matcher(vec![Conjunct::default()]), None)
            }
            (written, false) => {
                let action = match written {
                    Written::Accept => Action::Allow,
                    Written::Pass => Action::Pass(pass),
                    Written::Deny | Written::Unknown => Action::Deny,
                };
                (action, peers(builder, &policy.name, rule), ports(builder, rule))
            }
        };
        if !peers.0.is_empty() {
            let origin = Origin::Policy(index, rule.place.clone());
            parts.push(Part { origin, direction, action, subject: Arc::clone(&subject), peers, ports });
        }
    }
    parts
}

fn peers(builder: &mut Builder<'_>, policy: &PolicyName, rule: &Rule) -> Arc<Matcher> {
    let mut conjuncts = Vec::new();
    let mut blocks = Vec::new();
    for peer in &rule.peers {
        match &peer.who {
            Who::Pods(pods) => conjuncts.extend(builder.subject(pods)),
            Who::Nodes(selector) => conjuncts.extend(nodes(builder, selector)),
            Who::Networks(networks) => {
                blocks.extend(networks.iter().map(|&cidr| IpBlock { cidr, except: Vec::new() }));
            }
            Who::DomainNames(names) if rule.action == Written::Accept => {
                conjuncts.extend(domains::conjuncts(builder, names));
            }
            Who::DomainNames(_) | Who::Unknown => {}
        }
    }
    let whose = || format!("{policy}, {}", rule.place.path);
    conjuncts.extend(builder.blocks.conjuncts(&builder.keys, &blocks, whose));
    builder.matcher(conjuncts)
}

/// Nodes by their labels; pods in the network of a node that nobody knows may be on one of them.
fn nodes(builder: &mut Builder<'_>, selector: &Selector) -> Vec<Conjunct> {
    let node = Requirement::equals(builder.keys.kind, builder.keys.node);
    if selector.is_everything() {
        return vec![Conjunct::of([node])];
    }
    let unplaced = builder.keys.unplaced;
    let placed = Requirement { key: unplaced, operator: crate::matcher::Operator::DoesNotExist };
    let mut requirements = vec![node.clone(), placed];
    requirements.extend(builder.keys.requirements(&mut builder.symbols, Of::Nodes, selector));
    let condition = Some(Arc::from(format!("it is on a node with the labels {selector}")));
    let somewhere = Conjunct { condition, ..Conjunct::of([node, Requirement::exists(unplaced)]) };
    vec![Conjunct::of(requirements), somewhere]
}

fn ports(builder: &mut Builder<'_>, rule: &Rule) -> Option<Arc<[PortMatch]>> {
    let mut ports = Vec::new();
    for port in rule.ports.as_deref()? {
        builder.ports(port.protocol, port.port.as_ref(), &mut ports);
    }
    Some(ports.into())
}
