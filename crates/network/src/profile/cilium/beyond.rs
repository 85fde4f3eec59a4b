//! What rules ask of a connection beyond addresses, ports and requests: the server name of its TLS handshake, and what a
//! listener of Envoy lets through.
//!
//! A rule with `serverNames` lets TLS connections through whose handshake (SNI) names one of them, and nothing else. The agent
//! keeps one entry for each selector of peers and each port, and merges rules that share it: as soon as one of them asks for
//! server names, all traffic of this entry needs one of those that any of them lists, though the other rule by itself asks
//! for none (`mergePortProto` of pkg/policy). A listener is kept for the entry in the same way. An allow by another selector
//! or for other ports stays what it is.

use std::sync::Arc;

use crate::decide::both;
use crate::kinds::cilium::PortRule;
use crate::matcher::{Conjunct, Matcher, Operator, Requirement};
use crate::port::PortMatch;
use crate::profile::cilium::lowering::{both as both_matchers, rank};
use crate::rule::{Action, Direction, Rule};

/// That a rule asks something of the connections between a subject and one selector of peers.
pub(super) struct Asking {
    pub(super) direction: Direction,
    pub(super) subject: Arc<Matcher>,
    pub(super) peers: Arc<Matcher>,
    pub(super) ports: Arc<[PortMatch]>,
    pub(super) condition: Arc<str>,
}

/// What an item of `toPorts` asks, in words that go on after "if"; `None` where it asks nothing.
pub(super) fn condition(rule: &PortRule) -> Option<Arc<str>> {
    let names = (!rule.server_names.is_empty()).then(|| {
        Arc::from(format!("its TLS handshake names {} as the server", rule.server_names.join(" or ")))
    });
    let listener = rule.listener.as_ref().map(|listener| {
        Arc::from(format!("the listener {} of {} lets it through", listener.name, listener.config))
    });
    both(names, listener)
}

/// Peers of whom something is asked.
pub(super) fn asked_of(peers: &Matcher, condition: &Arc<str>) -> Matcher {
    Matcher(peers.0.iter().map(|conjunct| asked(conjunct, condition)).collect())
}

fn asked(conjunct: &Conjunct, condition: &Arc<str>) -> Conjunct {
    let condition = both(conjunct.condition.clone(), Some(Arc::clone(condition)));
    Conjunct { condition, ..conjunct.clone() }
}

/// Asks the same of other rules by the same selector and for the same port, as far as they guard the same subjects.
pub(super) fn merge(rules: &mut Vec<Rule>, asking: &[Asking]) {
    for asking in asking {
        let mut merged = Vec::with_capacity(rules.len());
        for rule in rules.drain(..) {
            let shares = rule.direction == asking.direction
                && rule.rank == rank::NORMAL
                && rule.action == Action::Allow
                && rule.peers.0.iter().any(|conjunct| asking.peers.0.contains(conjunct));
            match rule.ports.clone().filter(|_| shares) {
                Some(ports) if ports.iter().any(|port| asking.ports.contains(port)) => {
                    divide(&rule, &ports, asking, &mut merged);
                }
                _ => merged.push(rule),
            }
        }
        *rules = merged;
    }
}

/// Divides a rule into what it has alone and what it shares with one that asks for something.
fn divide(rule: &Rule, ports: &[PortMatch], asking: &Asking, out: &mut Vec<Rule>) {
    let (shared, alone): (Vec<Conjunct>, Vec<Conjunct>) =
        rule.peers.0.iter().cloned().partition(|conjunct| asking.peers.0.contains(conjunct));
    let (shared_ports, other_ports): (Vec<PortMatch>, Vec<PortMatch>) =
        ports.iter().cloned().partition(|port| asking.ports.contains(port));
    let mut push = |subject: Arc<Matcher>, peers: Vec<Conjunct>, ports: Vec<PortMatch>| {
        if !subject.0.is_empty() && !peers.is_empty() && !ports.is_empty() {
            let (peers, ports) = (Arc::new(Matcher(peers)), Some(ports.into()));
            out.push(Rule { subject, peers, ports, ..rule.clone() });
        }
    };
    push(Arc::clone(&rule.subject), alone, ports.to_vec());
    push(Arc::clone(&rule.subject), shared.clone(), other_ports);
    let conditional = shared.iter().map(|conjunct| asked(conjunct, &asking.condition)).collect();
    if rule.subject == asking.subject {
        return push(Arc::clone(&rule.subject), conditional, shared_ports);
    }
    let within = Matcher(both_matchers(&rule.subject, &asking.subject));
    let without = Matcher(both_matchers(&rule.subject, &opposite(&asking.subject)));
    push(Arc::new(without), shared, shared_ports.clone());
    push(Arc::new(within), conditional, shared_ports);
}

/// Everyone whom a matcher does not select. Subjects are selected by labels alone.
fn opposite(matcher: &Matcher) -> Matcher {
    let none = |conjunct: &Conjunct| {
        let negated = |requirement: &Requirement| {
            let operator = match requirement.operator.clone() {
                Operator::In(values) => Operator::NotIn(values),
                Operator::NotIn(values) => Operator::In(values),
                Operator::Exists => Operator::DoesNotExist,
                Operator::DoesNotExist => Operator::Exists,
            };
            Conjunct::of([Requirement { key: requirement.key, operator }])
        };
        Matcher(conjunct.requirements.iter().map(negated).collect())
    };
    matcher.0.iter().map(none).fold(Matcher::everybody(), |all, one| Matcher(both_matchers(&all, &one)))
}
