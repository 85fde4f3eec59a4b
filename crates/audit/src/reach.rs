//! Rules that never decide, and requests that two policies record differently.

use crate::decide::Decision;
use crate::level::{Level, Stage, Stages};
use crate::policy::{GroupResources, Policy, Rule};
use crate::remainder::Left;
use crate::request::Request;
use crate::witness::{FRESH, Verbs, witness};

/// A rule that no request reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Which rule.
    pub rule: usize,
    /// The rules before it that leave nothing to it, together; none where it fits no request at all.
    pub by: Vec<usize>,
    /// Whether requests with verbs that the API server never makes of HTTP would reach it.
    pub for_odd_verbs: bool,
}

/// Requests that two policies record differently, and one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The rule of the old policy that decides; `None` where none does.
    pub old_rule: Option<usize>,
    /// The rule of the new policy.
    pub new_rule: Option<usize>,
    /// A request that both decide so. What no rule names is the text U+0001.
    pub request: Request<'static>,
    /// What the old policy records of it.
    pub old: Decision,
    /// What the new policy records of it.
    pub new: Decision,
}

impl Change {
    /// Whether anything of the request is recorded differently.
    fn is_one(&self) -> bool {
        let Self { old, new, request, .. } = self;
        old.level != new.level
            || old.written(request) != new.written(request)
            || old.omit_stages.has(Stage::Panic) != new.omit_stages.has(Stage::Panic)
            || old.level >= Level::Request && old.omit_managed_fields != new.omit_managed_fields
    }

    /// Whether one policy leaves no trace of the request.
    fn is_of_all(&self) -> bool {
        self.old.written(&self.request).is_empty() != self.new.written(&self.request).is_empty()
    }
}

impl Policy {
    /// The rules that never decide anything, in order. Exact: a rule is dead where no request fits it that fits none
    /// before it. In policies that are too tangled to look at every case (see [`Left::Unknown`]) some may be missing.
    pub fn dead(&self) -> Vec<Dead> {
        let remainder = self.remainder();
        let of_rule = |rule| match remainder.of_rule(rule, Verbs::Usual) {
            Left::Nothing(by) => {
                let for_odd_verbs = matches!(remainder.of_rule(rule, Verbs::Any), Left::Some(_));
                Some(Dead { rule, by, for_odd_verbs })
            }
            Left::Some(_) | Left::Unknown => None,
        };
        (0..self.rules.len()).filter_map(of_rule).collect()
    }

    /// A request that no rule decides, so that it is not recorded; `None` where the rules leave none over.
    pub fn undecided(&self) -> Option<Request<'static>> {
        match self.remainder().of_none() {
            Left::Some(request) => Some(request),
            Left::Nothing(_) | Left::Unknown => None,
        }
    }

    /// Every pair of deciding rules that record the same requests differently in two policies, each with such a request.
    /// Exact: where nothing is told, both record everything alike.
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let (old_rules, new_rules): (Vec<&Rule>, Vec<&Rule>) =
            (self.rules.iter().collect(), new.rules.iter().collect());
        let mut changes = Vec::new();
        for old_rule in choices(&old_rules) {
            for new_rule in choices(&new_rules) {
                if outcome(self, old_rule) == outcome(new, new_rule) {
                    continue;
                }
                let pick =
                    |rules: &[&'_ Rule], at: Option<usize>| at.and_then(|at| rules.get(at).copied().cloned());
                let fit: Vec<Rule> =
                    pick(&old_rules, old_rule).into_iter().chain(pick(&new_rules, new_rule)).collect();
                let before = |at: Option<usize>, count: usize| at.unwrap_or(count);
                let avoid = old_rules
                    .iter()
                    .take(before(old_rule, old_rules.len()))
                    .chain(new_rules.iter().take(before(new_rule, new_rules.len())));
                let avoid: Vec<&Rule> = avoid.copied().collect();
                let mut found = Asked::ALL.into_iter().filter_map(|asked| {
                    let narrow = asked.rule();
                    let fit: Vec<&Rule> = fit.iter().chain(narrow.as_ref()).collect();
                    let request = asked.take(witness(&fit, &avoid, Verbs::Usual)?)?;
                    let (old, new) = (self.decide(&request), new.decide(&request));
                    let change = Change { old_rule, new_rule, request, old, new };
                    change.is_one().then_some(change)
                });
                // Of several the first by which a trace comes or goes.
                let first = found.next();
                let best = if first.as_ref().is_some_and(Change::is_of_all) {
                    None
                } else {
                    found.find(Change::is_of_all)
                };
                changes.extend(best.or(first));
            }
        }
        changes
    }
}

/// What is asked of a class of requests: stages are reached by some of them only.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// Any request.
    Any,
    /// One that lasts by its verb.
    Watch,
    /// One that lasts by its subresource.
    Connection,
    /// One that lasts by its path.
    Profile,
    /// One whose credentials are refused, which is decided as if nobody whom a rule names had made it.
    Refused,
}

impl Asked {
    const ALL: [Self; 5] = [Self::Any, Self::Watch, Self::Connection, Self::Profile, Self::Refused];

    /// The rule that only such requests fit.
    fn rule(self) -> Option<Rule> {
        let any = Rule::any(Level::None);
        let entry = GroupResources::of("*", &["*/attach", "*/exec", "*/log", "*/portforward", "*/proxy"]);
        match self {
            Self::Any | Self::Refused => None,
            Self::Watch => Some(Rule { verbs: vec!["watch".into()], ..any }),
            Self::Connection => Some(Rule { resources: vec![entry], ..any }),
            Self::Profile => Some(Rule { non_resource_urls: vec!["/debug/pprof/*".into()], ..any }),
        }
    }

    /// The request as it is asked for; `None` where it cannot be.
    fn take(self, request: Request<'static>) -> Option<Request<'static>> {
        match self {
            Self::Refused if request.user.as_deref() != Some(FRESH) || !request.groups.is_empty() => None,
            Self::Refused => Some(Request { user: None, ..request }),
            Self::Any | Self::Watch | Self::Connection | Self::Profile => Some(request),
        }
    }
}

/// Each rule, and none.
fn choices(rules: &[&Rule]) -> impl Iterator<Item = Option<usize>> + use<> {
    (0..rules.len()).map(Some).chain([None])
}

/// What is recorded where a rule decides. At level `None` stages and fields do not matter.
fn outcome(policy: &Policy, rule: Option<usize>) -> Option<(Level, Stages, bool)> {
    let rule = rule.and_then(|at| policy.rules.get(at))?;
    let omit = rule.omit_managed_fields.unwrap_or(policy.omit_managed_fields);
    let bodies = rule.level >= Level::Request;
    (rule.level != Level::None)
        .then(|| (rule.level, policy.omit_stages.and(rule.omit_stages), bodies && omit))
}
