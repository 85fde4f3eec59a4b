//! The conditions that the agent puts on rules, in the order in which it looks at them.
//!
//! Source: the validation of rules in Cilium 1.20, with ICMP rules, `enableDefaultDeny` and the L7 proxy on, as they are unless
//! switched off.

mod ports;

pub(super) use ports::dns_rule;

use ironsides_tree::Text;

use super::peer::{Cidr, CidrRule, Entity, Peers, address, prefix};
use super::spec::{Rule, Spec, Subject};
use super::{Refusal, Stage};
use crate::place::{Loss, Place, Problem};
use crate::rule::Direction;

/// What the agent says to the rules of a policy.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Why it refuses them.
    pub(super) refusal: Option<Refusal>,
    /// Where they select nodes by labels, which an option must allow.
    pub(super) node_labels: Option<Problem>,
}

/// Judges the rules of a policy in a namespace, or in none.
pub(super) fn check(specs: &[Spec], namespaced: bool) -> Verdict {
    let mut verdict = Verdict::default();
    for spec in specs {
        if let Err(problem) = self::spec(spec, namespaced) {
            verdict.refusal = Some(Refusal { stage: Stage::Parse, problem });
            break;
        }
    }
    let peers = || specs.iter().flat_map(|spec| &spec.rules);
    verdict.node_labels = peers().find_map(|rule| {
        let node = rule.peers.nodes.as_ref()?.first()?;
        let message =
            "peers are selected by the labels of nodes, which needs the option enable-node-selector-labels";
        Some(problem(&node.place, message))
    });
    if verdict.refusal.is_none() {
        let crash = peers().find_map(|rule| crash(&rule.peers));
        verdict.refusal = crash.map(|problem| Refusal { stage: Stage::Panic, problem });
    }
    verdict
}

fn problem(place: &Place, message: impl Into<String>) -> Problem {
    Problem { place: place.clone(), message: message.into(), loss: Loss::Policy }
}

/// Fails with a problem.
fn refuse<T>(place: &Place, message: impl Into<String>) -> Result<T, Problem> {
    Err(problem(place, message))
}

fn spec(spec: &Spec, namespaced: bool) -> Result<(), Problem> {
    if spec.rules.is_empty() {
        return refuse(
            &spec.place,
            "has no rule: one of ingress, ingressDeny, egress and egressDeny must have an item",
        );
    }
    let host = match &spec.subject {
        Subject::Endpoints(_) => false,
        Subject::Nodes(selector) if namespaced => {
            return refuse(&selector.place, "only a CiliumClusterwideNetworkPolicy can guard nodes");
        }
        Subject::Nodes(_) => true,
        Subject::Nothing => {
            return refuse(&spec.place, "must have either endpointSelector or nodeSelector, and not both");
        }
    };
    spec.rules.iter().try_for_each(|rule| self::rule(rule, host))
}

fn rule(rule: &Rule, host: bool) -> Result<(), Problem> {
    combinations(rule)?;
    let Peers { cidr, cidr_set, entities, fqdns, .. } = &rule.peers;
    cidr.iter().flatten().try_for_each(self::cidr)?;
    cidr_set.iter().flatten().try_for_each(cidr_rule)?;
    for entity in entities.iter().flatten() {
        if let Entity::Unknown(word) = entity {
            return refuse(&rule.place, format!("`{word}` is no entity"));
        }
    }
    ports::layer7(rule, host)?;
    if rule.icmps.as_ref().is_some_and(|icmps| !icmps.is_empty())
        && rule.ports.as_ref().is_some_and(|ports| !ports.is_empty())
    {
        return refuse(&rule.place, "icmps and toPorts cannot stand in one rule: write two");
    }
    rule.ports.iter().flatten().try_for_each(|ports| ports::port_rule(ports, rule.direction))?;
    rule.icmps.iter().flatten().try_for_each(ports::icmp_rule)?;
    fqdns.iter().flatten().try_for_each(|name| {
        if !name.name.is_empty() && !name.pattern.is_empty() {
            return refuse(&name.place, "has both matchName and matchPattern, of which one is allowed");
        }
        dns_rule(name)
    })
}

/// At most one kind of peer may be there. A list that is empty does not count.
fn combinations(rule: &Rule) -> Result<(), Problem> {
    fn is_there<T>(list: Option<&Vec<T>>) -> bool {
        list.is_some_and(|list| !list.is_empty())
    }
    let Peers { endpoints, nodes, cidr, cidr_set, entities, services, fqdns, groups, .. } = &rule.peers;
    let there = [
        ("Endpoints", is_there(endpoints.as_ref())),
        ("CIDR", is_there(cidr.as_ref())),
        ("CIDRSet", is_there(cidr_set.as_ref())),
        ("Entities", is_there(entities.as_ref())),
        ("Services", is_there(services.as_ref())),
        ("FQDNs", is_there(fqdns.as_ref())),
        ("Groups", is_there(groups.as_ref())),
        ("Nodes", is_there(nodes.as_ref())),
    ];
    let side = match rule.direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let there: Vec<String> =
        there.iter().filter(|(_, there)| *there).map(|(name, _)| format!("{side}{name}")).collect();
    if there.len() > 1 {
        let there = there.join(" and ");
        return refuse(&rule.place, format!("{there} cannot stand in one rule: write one rule for each"));
    }
    Ok(())
}

fn cidr(cidr: &Cidr) -> Result<(), Problem> {
    let text = &cidr.text;
    if prefix(text).is_some() || address(text).is_some() || is_zoned(text) {
        return Ok(());
    }
    refuse(&cidr.place, format!("`{text}` is neither a block of addresses such as 10.0.0.0/8 nor an address"))
}

fn cidr_rule(rule: &CidrRule) -> Result<(), Problem> {
    let groups = usize::from(!rule.group.is_empty()) + usize::from(rule.group_selector.is_some());
    match (&rule.cidr, groups) {
        (None, 0) => {
            refuse(&rule.place, "names nothing: cidr, cidrGroupRef or cidrGroupSelector must be set")
        }
        (None, 1) => Ok(()),
        (Some(cidr), 0) => {
            let Some(block) = prefix(&cidr.text) else {
                return refuse(
                    &cidr.place,
                    format!("`{}` is no block of addresses such as 10.0.0.0/8", cidr.text),
                );
            };
            for except in &rule.except {
                let Some(inner) = prefix(&except.text) else {
                    return refuse(&except.place, format!("`{}` is no block of addresses", except.text));
                };
                if !block.contains(&inner) {
                    return refuse(&except.place, format!("{} is not within {}", except.text, cidr.text));
                }
            }
            Ok(())
        }
        _ => refuse(&rule.place, "only one of cidr, cidrGroupRef and cidrGroupSelector may be set"),
    }
}

/// An IPv6 address with a zone, and perhaps more behind it: the agent takes it for an address and crashes on it later.
fn is_zoned(text: &str) -> bool {
    let Some((address, zone)) = text.split_once('%') else { return false };
    !zone.is_empty() && address.contains(':') && address.parse::<std::net::Ipv6Addr>().is_ok()
}

/// A block that passes all conditions and that no selector can be made of.
fn crash(peers: &Peers) -> Option<Problem> {
    let wrong = |cidr: &&Cidr| prefix(&cidr.text).is_none() && address(&cidr.text).is_none();
    let blocks = peers.cidr.iter().flatten();
    let excepts =
        peers.cidr_set.iter().flatten().filter(|rule| rule.cidr.is_none()).flat_map(|rule| &rule.except);
    let cidr = blocks.chain(excepts).find(wrong)?;
    let text: &Text = &cidr.text;
    Some(problem(&cidr.place, format!("`{text}` is no block of addresses, and the agent crashes on it")))
}
