//! The decision on one kind of traffic at one end.

use std::sync::Arc;

use crate::matcher::Match;
use crate::port::{PortMatch, Traffic, named};
use crate::rule::{Action, Direction, Rank, Rule};
use crate::view::{NamedPort, View};

/// What happens to traffic at one end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It goes through.
    Allow,
    /// It is dropped.
    Deny,
    /// It depends on what cannot be decided from what is known: in words that go on after "if", each of which may hold or not.
    Depends(Vec<Arc<str>>),
}

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub verdict: Verdict,
    /// The rules that say so, of the deciding rank alone where nothing depends: places in the list that was asked. None where
    /// no rule took the traffic.
    pub rules: Vec<u32>,
}

/// A rule that guards a subject against a peer, whatever the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Its place in the list of rules.
    pub rule: u32,
    /// What it depends on whether it does; `None` where it does for certain.
    pub condition: Option<Arc<str>>,
}

/// Asks rules, sorted by rank, what happens to traffic between a subject and its peer.
pub fn decide(
    rules: &[Rule],
    direction: Direction,
    subject: &View,
    peer: &View,
    traffic: Traffic,
) -> Decision {
    judge(rules, &candidates(rules, direction, subject, peer), named(direction, subject, peer), traffic)
}

/// The rules between a subject and its peer, in the order of the list.
pub fn candidates(rules: &[Rule], direction: Direction, subject: &View, peer: &View) -> Vec<Candidate> {
    let between = |(place, rule): (u32, &Rule)| {
        if rule.direction != direction {
            return None;
        }
        let condition = match rule.subject.matches(subject) {
            Match::No => return None,
            Match::Yes => None,
            Match::If(why) => Some(why),
        };
        match rule.peers.matches(peer) {
            Match::No => None,
            Match::Yes => Some(Candidate { rule: place, condition }),
            Match::If(why) => Some(Candidate { rule: place, condition: condition.or(Some(why)) }),
        }
    };
    (0..).zip(rules).filter_map(between).collect()
}

/// What the rules between a subject and its peer do with traffic. `named` are the ports that the destination names. Traffic
/// that no rule takes is allowed: a default denial is a rule too.
pub fn judge(rules: &[Rule], candidates: &[Candidate], named: &[NamedPort], traffic: Traffic) -> Decision {
    let asked: Vec<(&Candidate, &Rule)> = candidates
        .iter()
        .filter_map(|candidate| Some((candidate, rules.get(candidate.rule as usize)?)))
        .filter(|(_, rule)| takes(rule, named, traffic))
        .collect();
    let mut may = Outcomes::default();
    walk(&asked, Rank(0), &mut may);
    may.settle()
}

/// What may come out, with the rules and conditions of each.
#[derive(Default)]
struct Outcomes {
    verdicts: Vec<(Verdict, Vec<u32>)>,
    conditions: Vec<Arc<str>>,
}

impl Outcomes {
    fn add(&mut self, verdict: Verdict, rules: Vec<u32>) {
        self.verdicts.push((verdict, rules));
    }

    fn settle(mut self) -> Decision {
        // The last is what comes out if none of the conditions holds.
        let Some((verdict, rules)) = self.verdicts.pop() else {
            return Decision { verdict: Verdict::Allow, rules: Vec::new() };
        };
        if self.verdicts.iter().all(|(other, _)| *other == verdict) {
            return Decision { verdict, rules };
        }
        let mut all: Vec<u32> = self.verdicts.into_iter().flat_map(|(_, rules)| rules).chain(rules).collect();
        all.sort_unstable();
        all.dedup();
        self.conditions.sort();
        self.conditions.dedup();
        Decision { verdict: Verdict::Depends(self.conditions), rules: all }
    }
}

/// Goes down the ranks. What may be decided on the way is noted; the walk ends with what is decided for certain.
fn walk(asked: &[(&Candidate, &Rule)], from: Rank, may: &mut Outcomes) {
    let mut rest = asked;
    let mut from = from;
    while let Some(&(_, first)) = rest.first() {
        let (level, after) = rest.split_at(rest.partition_point(|(_, rule)| rule.rank == first.rank));
        rest = after;
        if first.rank < from {
            continue;
        }
        let places = |wanted: fn(Action) -> bool| -> Vec<u32> {
            let certain =
                level.iter().filter(|(candidate, rule)| candidate.condition.is_none() && wanted(rule.action));
            certain.map(|(candidate, _)| candidate.rule).collect()
        };
        for (candidate, rule) in level {
            let Some(condition) = &candidate.condition else { continue };
            may.conditions.push(Arc::clone(condition));
            match rule.action {
                Action::Allow => may.add(Verdict::Allow, vec![candidate.rule]),
                Action::Deny => may.add(Verdict::Deny, vec![candidate.rule]),
                Action::Pass(to) => walk(rest, to, may),
            }
        }
        let deny = places(|action| action == Action::Deny);
        if !deny.is_empty() {
            return may.add(Verdict::Deny, deny);
        }
        let allow = places(|action| action == Action::Allow);
        if !allow.is_empty() {
            return may.add(Verdict::Allow, allow);
        }
        let passes = level.iter().filter(|(candidate, _)| candidate.condition.is_none());
        let to =
            passes.filter_map(|(_, rule)| if let Action::Pass(to) = rule.action { Some(to) } else { None });
        from = to.max().unwrap_or(from).max(from);
    }
    may.add(Verdict::Allow, Vec::new());
}

fn takes(rule: &Rule, named: &[NamedPort], traffic: Traffic) -> bool {
    rule.ports.as_ref().is_none_or(|ports| ports.iter().any(|port: &PortMatch| port.matches(traffic, named)))
}
