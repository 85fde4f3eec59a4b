//! The decision on one kind of traffic at one end.

mod allowed;
mod authentication;
mod cases;

use std::sync::Arc;

use crate::matcher::Match;
use crate::port::{PortMatch, Traffic, named};
use crate::rule::{Action, Direction, Origin, Rank, Rule};
use crate::verdict::Verdict;
use crate::view::{NamedPort, View};

use allowed::{Question, passes_to};

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub verdict: Verdict,
    /// The rules that say so, of the deciding rank alone where nothing depends: places in the list that was asked. None
    /// where no rule took the traffic.
    pub rules: Vec<u32>,
}

impl Decision {
    /// Whether nobody wrote a rule that decides: nothing guards the subject in this direction, or what does has no rule
    /// for the traffic. `rules` is the list that was asked.
    pub fn is_default(&self, rules: &[Rule]) -> bool {
        let origin = |&rule: &u32| rules.get(rule as usize).map(|rule| &rule.origin);
        self.rules.iter().filter_map(origin).all(|origin| matches!(origin, Origin::Default(_)))
    }
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
    let of_direction = (0..).zip(rules).filter(|(_, rule)| rule.direction == direction);
    of_direction.filter_map(|(place, rule)| candidate(place, rule, subject, peer)).collect()
}

/// A rule as it stands between a subject and its peer; `None` where it does not. Its direction is not looked at.
pub(crate) fn candidate(place: u32, rule: &Rule, subject: &View, peer: &View) -> Option<Candidate> {
    let condition = match rule.subject.matches(subject) {
        Match::No => return None,
        Match::Yes => None,
        Match::If(why) => Some(why),
    };
    match rule.peers.matches(peer) {
        Match::No => None,
        Match::Yes => Some(Candidate { rule: place, condition }),
        Match::If(why) => Some(Candidate { rule: place, condition: both(condition, Some(why)) }),
    }
}

/// The condition that both of these hold.
pub(crate) fn both(one: Option<Arc<str>>, other: Option<Arc<str>>) -> Option<Arc<str>> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(format!("{one} and {other}").into()),
        (one, other) => one.or(other),
    }
}

/// What the rules between a subject and its peer do with traffic. `named` are the ports that the destination names.
/// Traffic that no rule takes is allowed: a default denial is a rule too.
pub fn judge(rules: &[Rule], candidates: &[Candidate], named: &[NamedPort], traffic: Traffic) -> Decision {
    let asked: Vec<Asked<'_>> = candidates
        .iter()
        .filter_map(|candidate| Some(Asked { candidate, rule: rules.get(candidate.rule as usize)? }))
        .filter(|asked| takes(asked.rule, named, traffic))
        .collect();
    let question = Question { traffic, named };
    cases::decide(&asked, question).unwrap_or_else(|| {
        let mut may = Outcomes::default();
        walk(&asked, Rank(0), question, &mut may);
        may.settle()
    })
}

/// A rule that takes the traffic.
#[derive(Clone, Copy)]
struct Asked<'a> {
    candidate: &'a Candidate,
    rule: &'a Rule,
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
fn walk(asked: &[Asked<'_>], from: Rank, question: Question<'_>, may: &mut Outcomes) {
    let mut rest = asked;
    let mut from = from;
    while let Some(first) = rest.first() {
        let (level, after) = rest.split_at(rest.partition_point(|asked| asked.rule.rank == first.rule.rank));
        rest = after;
        if first.rule.rank < from {
            continue;
        }
        for asked in level {
            let Some(condition) = &asked.candidate.condition else { continue };
            may.conditions.push(Arc::clone(condition));
            let rules = vec![asked.candidate.rule];
            match asked.rule.action {
                Action::Allow => may.add(allowed::verdict(&[*asked], rest, question), rules),
                Action::Deny => may.add(Verdict::Deny, rules),
                Action::Break => may.add(Verdict::Broken, rules),
                Action::Pass(to) => walk(rest, to, question, may),
            }
        }
        let certain: Vec<Asked<'_>> =
            level.iter().filter(|asked| asked.candidate.condition.is_none()).copied().collect();
        let of = |wanted: Action| -> Vec<Asked<'_>> {
            certain.iter().filter(|asked| asked.rule.action == wanted).copied().collect()
        };
        let places = |asked: &[Asked<'_>]| asked.iter().map(|asked| asked.candidate.rule).collect();
        let broken = of(Action::Break);
        if !broken.is_empty() {
            return may.add(Verdict::Broken, places(&broken));
        }
        let deny = of(Action::Deny);
        if !deny.is_empty() {
            return may.add(Verdict::Deny, places(&deny));
        }
        let allow = of(Action::Allow);
        if !allow.is_empty() {
            return may.add(allowed::verdict(&allow, rest, question), places(&allow));
        }
        from = passes_to(&certain).unwrap_or(from).max(from);
    }
    may.add(Verdict::Allow, Vec::new());
}

fn takes(rule: &Rule, named: &[NamedPort], traffic: Traffic) -> bool {
    rule.ports.as_ref().is_none_or(|ports| ports.iter().any(|port: &PortMatch| port.matches(traffic, named)))
}
