//! NetworkPolicy as rules.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::kinds::network_policy::{IpBlock, NetworkPolicy, Rule};
use crate::kinds::selector::Selector;
use crate::matcher::{Conjunct, Matcher};
use crate::place::{Loss, PolicyName, Problem};
use crate::port::{PortMatch, Protocol};
use crate::rule::{Action, Direction, Origin, Rank};

use super::builder::{Builder, Part};
use super::{Others, Tiers, refused};

/// The namespace of policies that name none.
const DEFAULT: &str = "default";

/// Pods that some policy selects for a direction, with the policies.
type Isolated = (Direction, Arc<Matcher>);

/// Every rule allows; whom a policy selects is otherwise shut off in the directions of the policy. All rules have one rank,
/// the denials the one behind it.
pub(super) fn lower(builder: &mut Builder<'_>, policies: &[NetworkPolicy], tiers: Tiers) {
    let (allow, deny) = (Rank(tiers.network.0 + 1), Rank(tiers.network.0 + 2));
    let mut isolated: Vec<(Isolated, Vec<u32>)> = Vec::new();
    let mut known: FxHashMap<Isolated, usize> = FxHashMap::default();
    for policy in policies {
        if let Some(problem) = refused(*builder.options, &policy.name, &policy.refused) {
            builder.problems.push(problem);
            continue;
        }
        let index = builder.policy(&policy.name);
        let namespace = policy.name.namespace.as_deref().unwrap_or(DEFAULT);
        let subject = builder.pods_in(namespace, &policy.pod_selector);
        let subject = builder.matcher(vec![subject]);
        for direction in Direction::ALL {
            let rules = policy.rules(direction);
            if !policy.isolates(direction) {
                builder.problems.extend(rules.first().map(|first| idle(direction, first)));
                continue;
            }
            for rule in rules {
                let part = Part {
                    origin: Origin::Policy(index, rule.place.clone()),
                    direction,
                    action: Action::Allow,
                    subject: Arc::clone(&subject),
                    peers: peers(builder, &policy.name, rule),
                    ports: ports(builder, rule),
                };
                builder.rule(allow, part);
            }
            let at = *known.entry((direction, Arc::clone(&subject))).or_insert_with_key(|key| {
                isolated.push((key.clone(), Vec::new()));
                isolated.len() - 1
            });
            if let Some((_, policies)) = isolated.get_mut(at) {
                policies.push(index);
            }
        }
    }
    for ((direction, subject), policies) in isolated {
        let part = Part {
            origin: Origin::Default(policies),
            direction,
            action: Action::Deny,
            subject,
            peers: builder.matcher(vec![Conjunct::default()]),
            ports: None,
        };
        default_denial(builder, deny, part);
    }
}

fn idle(direction: Direction, first: &Rule) -> Problem {
    let message =
        format!("policyTypes leaves {} out: its rules in this direction have no effect", direction.field());
    Problem { place: first.place.clone(), message, loss: Loss::Part }
}

/// What is shut off: TCP, UDP and SCTP for certain, other protocols as the reading says.
fn default_denial(builder: &mut Builder<'_>, rank: Rank, part: Part) {
    let certain: Vec<Protocol> = match builder.reading.others {
        Others::Icmp => vec![Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp, Protocol::IcmpV6],
        Others::Open => Protocol::WITH_PORTS.to_vec(),
    };
    if builder.reading.others == Others::Open {
        // TCP, UDP and SCTP are denied by the rule below whether or not this holds.
        let text = "the plug-in applies NetworkPolicy to other protocols than TCP, UDP and SCTP";
        let condition = Some(Arc::from(text));
        let peers = builder.matcher(vec![Conjunct { condition, ..Conjunct::default() }]);
        builder.rule(rank, Part { peers, ..part.clone() });
    }
    let ports: Vec<PortMatch> = certain.into_iter().map(PortMatch::all).collect();
    builder.rule(rank, Part { ports: Some(ports.into()), ..part });
}

fn peers(builder: &mut Builder<'_>, policy: &PolicyName, rule: &Rule) -> Arc<Matcher> {
    let namespace = policy.namespace.as_deref().unwrap_or(DEFAULT);
    if rule.peers.is_empty() {
        return builder.matcher(vec![Conjunct::default()]);
    }
    let mut conjuncts = Vec::new();
    let everything = Selector::default();
    let mut blocks: Vec<IpBlock> = Vec::new();
    for peer in &rule.peers {
        match (&peer.namespace_selector, &peer.pod_selector, &peer.ip_block) {
            (_, _, Some(block)) => blocks.push(block.clone()),
            (Some(namespaces), pods, None) => {
                conjuncts.push(builder.pods(namespaces, pods.as_ref().unwrap_or(&everything)));
            }
            (None, Some(pods), None) => conjuncts.push(builder.pods_in(namespace, pods)),
            (None, None, None) => {}
        }
    }
    let whose = || format!("{policy}, {}", rule.place.path);
    conjuncts.extend(builder.blocks.conjuncts(&builder.keys, &blocks, whose));
    builder.matcher(conjuncts)
}

fn ports(builder: &mut Builder<'_>, rule: &Rule) -> Option<Arc<[PortMatch]>> {
    let mut ports = Vec::new();
    for port in &rule.ports {
        builder.ports(Some(port.protocol), port.port.as_ref(), &mut ports);
    }
    (!rule.ports.is_empty()).then(|| ports.into())
}
