//! Pods of which nobody knows the node: a node is `host` to those on it and `remote-node` to all others, so what rules
//! say of it may depend on where the pod is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decide::both;
use crate::matcher::{Conjunct, Match, Matcher, ON_ANOTHER_NODE, ON_THIS_NODE, Operator, Requirement};
use crate::profile::cilium::lowering::both as both_matchers;
use crate::profile::cilium::views::{NODE, UNPLACED};
use crate::rule::Rule;
use crate::symbol::{Symbol, Symbols};
use crate::view::View;

/// Divides rules that take a node on itself otherwise than from afar: for pods without a node they hold as far as the pod
/// is where they hold. Each node is given as its pods see it and as others do, and a value of [`NODE`] tells which it is.
pub(super) fn lower(
    rules: &mut Vec<Rule>,
    views: &[View],
    nodes: &[(Symbol, [usize; 2])],
    symbols: &Symbols,
) {
    let (Some(key), Some(unplaced)) = (symbols.find(NODE), symbols.find(UNPLACED)) else { return };
    let guessed: BTreeMap<Symbol, [&View; 2]> = nodes
        .iter()
        .filter_map(|&(value, [local, remote])| Some((value, [views.get(local)?, views.get(remote)?])))
        .collect();
    let known =
        Matcher(vec![Conjunct::of([Requirement { key: unplaced, operator: Operator::DoesNotExist }])]);
    let anywhere = Matcher(vec![Conjunct::of([Requirement::exists(unplaced)])]);
    let mut divided = Vec::with_capacity(rules.len());
    for rule in rules.drain(..) {
        let Some(peers) = guess(&rule.peers, &guessed, key) else {
            divided.push(rule);
            continue;
        };
        let of = |subjects: &Matcher| Arc::new(Matcher(both_matchers(&rule.subject, subjects)));
        let (placed, guessing) = (of(&known), of(&anywhere));
        divided.push(Rule { subject: placed, ..rule.clone() });
        if !peers.0.is_empty() {
            divided.push(Rule { subject: guessing, peers: Arc::new(peers), ..rule });
        }
    }
    *rules = divided;
}

/// Peers as a pod sees them that may be on any node; `None` where that is all the same.
fn guess(peers: &Matcher, nodes: &BTreeMap<Symbol, [&View; 2]>, key: Symbol) -> Option<Matcher> {
    let mut differing = Vec::new();
    let mut conjuncts = Vec::new();
    for (&value, sides) in nodes {
        let [local, remote] = sides.map(|view| peers.matches(view));
        if local == remote {
            continue;
        }
        differing.push(value);
        for (side, condition) in [(local, ON_THIS_NODE), (remote, ON_ANOTHER_NODE)] {
            let also = match side {
                Match::No => continue,
                Match::Yes => None,
                Match::If(why) => Some(why),
            };
            let condition = both(also, Some(Arc::from(condition)));
            conjuncts.push(Conjunct { condition, ..Conjunct::of([Requirement::equals(key, value)]) });
        }
    }
    if differing.is_empty() {
        return None;
    }
    let others = Requirement { key, operator: Operator::NotIn(differing.into_iter().collect()) };
    let beyond = peers.0.iter().cloned().map(|mut conjunct| {
        conjunct.requirements.push(others.clone());
        conjunct
    });
    Some(Matcher(beyond.chain(conjuncts).collect()))
}
