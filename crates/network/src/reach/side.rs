//! What one end of a connection says, and why.

use crate::decide::{Candidate, judge};
use crate::lowered::Lowered;
use crate::port::{Traffic, named};
use crate::rule::{Direction, Origin, Rule};
use crate::verdict::Verdict;
use crate::view::ViewId;

/// What one end of a connection says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Side {
    /// What it says.
    pub verdict: Verdict,
    /// What makes it say so.
    pub why: Why,
    /// The rules that decide: places in [`Lowered::rules`].
    pub deciding: Vec<u32>,
    /// The rules that take the traffic as well, and are not asked or are overruled.
    pub also: Vec<u32>,
}

/// What makes an end say what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A rule that somebody wrote.
    Rule,
    /// The default denial: policies select it, and none of them names the traffic.
    Default,
    /// The plug-in, by itself.
    PlugIn,
    /// Nothing guards it: no rule takes the traffic.
    Open,
    /// It is the other end too: nothing comes between it and itself.
    Itself,
}

impl Side {
    /// Asks the rules between a subject and its peer.
    pub(super) fn judge(
        lowered: &Lowered,
        guards: &[Candidate],
        (direction, subject, peer): (Direction, ViewId, ViewId),
        traffic: Traffic,
    ) -> Self {
        let views = (lowered.views.get(subject.index()), lowered.views.get(peer.index()));
        let (Some(subject), Some(peer)) = views else {
            return Self { verdict: Verdict::Allow, why: Why::Open, deciding: Vec::new(), also: Vec::new() };
        };
        let named = named(direction, subject, peer);
        let decision = judge(&lowered.rules, guards, named, traffic);
        let takes = |rule: &Rule| {
            rule.ports.as_ref().is_none_or(|ports| ports.iter().any(|port| port.matches(traffic, named)))
        };
        // Of policies of one priority each rule stands in several places: it is told once.
        let rule = |at: u32| lowered.rules.get(at as usize);
        let same = |one: u32, other: u32| {
            rule(one).zip(rule(other)).is_some_and(|(one, other)| {
                (&one.origin, one.action, &one.proxy) == (&other.origin, other.action, &other.proxy)
            })
        };
        let mut also: Vec<u32> = Vec::new();
        for at in guards.iter().map(|guard| guard.rule).filter(|&at| rule(at).is_some_and(takes)) {
            let told = |other: &u32| *other == at || same(at, *other);
            if !decision.rules.iter().any(told) && !also.iter().any(told) {
                also.push(at);
            }
        }
        let why = Why::of(lowered, &decision.rules);
        Self { verdict: decision.verdict, why, deciding: decision.rules, also }
    }
}

impl Why {
    fn of(lowered: &Lowered, rules: &[u32]) -> Self {
        let mut why = Self::Open;
        for rule in rules.iter().filter_map(|&rule| lowered.rules.get(rule as usize)) {
            match rule.origin {
                Origin::Policy(..) => return Self::Rule,
                Origin::Default(_) => why = Self::Default,
                Origin::Plugin(_) if why == Self::Open => why = Self::PlugIn,
                Origin::Plugin(_) => {}
            }
        }
        why
    }
}
