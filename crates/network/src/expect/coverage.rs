//! Which rules of policies the expectations exercise.

use std::collections::{BTreeMap, BTreeSet};

use crate::lowered::Lowered;
use crate::place::{Place, PolicyName};
use crate::reach::{Case, Side};
use crate::rule::{Direction, Origin};
use crate::verdict::Verdict;

/// What can be exercised: a rule of a policy, or the denial of what its rules do not name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Rule(Place),
    Default(Direction),
}

/// Which rules decided something that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    parts: BTreeMap<(PolicyName, Part), bool>,
}

/// A part of a policy that decided nothing that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unexercised {
    /// The policy.
    pub policy: PolicyName,
    /// The rule; `None` for the denial of what no rule of the policy names.
    pub rule: Option<Place>,
    /// The direction of that denial.
    pub default: Option<Direction>,
}

impl Coverage {
    /// Everything that can be exercised under a profile, and nothing that was.
    pub fn new(lowered: &Lowered) -> Self {
        let mut coverage = Self::default();
        coverage.add(lowered);
        coverage
    }

    /// Adds what can be exercised under one more profile.
    pub fn add(&mut self, lowered: &Lowered) {
        for (place, _) in (0..).zip(&lowered.rules) {
            for part in named(lowered, place) {
                // What the plug-in makes of a part of a rule is no rule of its own.
                let is_part = matches!(&part, (_, Part::Rule(place)) if place.path.contains(".toPorts["));
                if !is_part {
                    self.parts.entry(part).or_default();
                }
            }
        }
    }

    /// Notes what decides on an answer: the ends that deny where it is denied, both where it goes through.
    pub fn note(&mut self, lowered: &Lowered, case: &Case) {
        let denied = case.verdict == Verdict::Deny;
        let counts = |side: &&Side| !denied || side.verdict == Verdict::Deny;
        for &rule in [&case.egress, &case.ingress].into_iter().filter(counts).flat_map(|side| &side.deciding)
        {
            for part in named(lowered, rule) {
                if let Some(exercised) = self.parts.get_mut(&part) {
                    *exercised = true;
                }
            }
        }
    }

    /// How many parts were exercised, of how many.
    pub fn count(&self) -> (usize, usize) {
        (self.parts.values().filter(|&&exercised| exercised).count(), self.parts.len())
    }

    /// The share of parts that was exercised, in percent rounded down; 100 where there is none.
    pub fn percent(&self) -> u8 {
        let (exercised, all) = self.count();
        (exercised * 100).checked_div(all).and_then(|percent| u8::try_from(percent).ok()).unwrap_or(100)
    }

    /// What was not exercised, by policy and place.
    pub fn unexercised(&self) -> Vec<Unexercised> {
        let left: BTreeSet<Unexercised> = self
            .parts
            .iter()
            .filter(|(_, exercised)| !**exercised)
            .map(|((policy, part), _)| match part {
                Part::Rule(place) => {
                    Unexercised { policy: policy.clone(), rule: Some(place.clone()), default: None }
                }
                Part::Default(direction) => {
                    Unexercised { policy: policy.clone(), rule: None, default: Some(*direction) }
                }
            })
            .collect();
        left.into_iter().collect()
    }
}

/// The parts of policies that a rule comes from.
fn named(lowered: &Lowered, rule: u32) -> Vec<(PolicyName, Part)> {
    let Some(rule) = lowered.rules.get(rule as usize) else { return Vec::new() };
    let name = |policy: &u32| lowered.policies.get(*policy as usize).cloned();
    match &rule.origin {
        Origin::Policy(policy, place) => {
            name(policy).map(|name| (name, Part::Rule(place.clone()))).into_iter().collect()
        }
        Origin::Default(policies) => {
            policies.iter().filter_map(name).map(|name| (name, Part::Default(rule.direction))).collect()
        }
        Origin::Plugin(_) => Vec::new(),
    }
}
