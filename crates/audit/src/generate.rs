//! Policies made for a goal and a budget.
//!
//! What a goal asks for is derived from [`TECHNIQUES`]; what is dropped is proved not to hide any of their acts by
//! [`Policy::coverage`] itself, and tried with all verbs of the same kind, so that a list that nobody names stands for a watch.

mod goal;
mod text;

use std::collections::BTreeMap;

use crate::coverage::{Coverage, Recorded, Standing};
use crate::decide::Decision;
use crate::level::{Level, Stage, Stages};
use crate::load::Load;
use crate::policy::{GroupResources, Policy, Rule};
use crate::request::About;
pub use goal::Goal;
pub use text::bytes as bytes_text;

/// A rule that was made, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The rule.
    pub rule: Rule,
    /// What it is for: lower case, no full stop.
    pub why: String,
    /// The bytes a day that it writes.
    pub bytes: f64,
    /// The bytes a day that it saves, where it drops something.
    pub saves: f64,
}

/// A policy that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// What it is for.
    pub goal: Goal,
    /// The rules, in order.
    pub rules: Vec<Made>,
    /// The policy.
    pub policy: Policy,
    /// The bytes a day that are expected.
    pub bytes: f64,
    /// What is dropped for the budget alone: no known technique hides in it, but it is no everyday work of Kubernetes
    /// either. The dearest first.
    pub dropped: Vec<Cost>,
    /// What costs most of what is written, where the budget is not met: enough of it to meet the budget. What hides nothing
    /// stands first.
    pub over: Vec<Cost>,
}

/// What would have to go.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The requests: `update leases.coordination.k8s.io by system:kube-scheduler`.
    pub what: String,
    /// The bytes a day that they cost.
    pub bytes: f64,
    /// The techniques that would be hidden, or hidden from what tells them.
    pub hides: Vec<&'static str>,
}

/// From this part of all bytes on, what hides nothing is dropped without being asked for by a budget.
const WORTH: f64 = 0.01;

/// Makes a policy for a goal that writes no more bytes a day than a budget, as far as that can be had without hiding an
/// attack technique that the goal is about.
pub fn generate(goal: Goal, budget: Option<f64>, loads: &[Load]) -> Generated {
    let bodies = goal.rules();
    let mut drops: Vec<Made> = goal::quiet();
    let bare = policy(&bodies, &[]);
    let before = bare.coverage();
    let mut costs: Vec<Cost> = Vec::new();
    let mut total = policy(&bodies, &drops).volume(loads).iter().sum::<f64>();
    let worth = total * WORTH;
    let mut classes = classes(&policy(&bodies, &drops), loads, bodies.len() + drops.len());
    classes.sort_by(|a, b| b.bytes.total_cmp(&a.bytes).then_with(|| a.what().cmp(&b.what())));
    let mut harmless: Vec<Class> = Vec::new();
    for class in classes {
        let hides = class.hides(&bare, &before);
        let is_wanted = match budget {
            // A rule more has its price, too.
            Some(budget) if total > budget => class.bytes >= worth / 10.0,
            _ => goal.drops_noise() && class.bytes >= worth,
        };
        if !hides.is_empty() {
            costs.push(Cost { what: class.what(), bytes: class.bytes, hides });
        } else if class.is_noise() && is_wanted && class.bytes > 0.0 {
            total -= class.bytes;
            class.add_to(&mut drops, Reason::Everyday);
        } else {
            harmless.push(class);
        }
    }
    let mut dropped = Vec::new();
    let mut kept = Vec::new();
    for class in harmless {
        let cost = Cost { what: class.what(), bytes: class.bytes, hides: Vec::new() };
        if class.is_rest && budget.is_some_and(|budget| total > budget) {
            total -= class.bytes;
            class.add_to(&mut drops, Reason::Budget);
            dropped.push(cost);
        } else {
            kept.push(cost);
        }
    }
    let costs = [kept, costs].concat();
    let policy = policy(&bodies, &drops);
    let mut rules = [drops, bodies].concat();
    let volume = policy.volume(loads);
    for (made, bytes) in rules.iter_mut().zip(&volume) {
        made.bytes = *bytes;
    }
    let whole = self::policy(rules.iter().filter(|made| made.rule.level != Level::None), &[]);
    for load in loads {
        let saved = policy.decide(&load.request);
        if let Some(made) =
            saved.rule.and_then(|at| rules.get_mut(at)).filter(|made| made.rule.level == Level::None)
        {
            made.saves += load.bytes(whole.decide(&load.request));
        }
    }
    let bytes = volume.iter().sum::<f64>();
    let mut excess = budget.map_or(0.0, |budget| bytes - budget);
    let mut over = Vec::new();
    for cost in costs {
        if excess <= 0.0 {
            break;
        }
        excess -= cost.bytes;
        over.push(cost);
    }
    Generated { goal, rules, policy, bytes, dropped, over }
}

/// The policy of drafts: what is dropped stands first.
fn policy<'a>(bodies: impl IntoIterator<Item = &'a Made>, drops: &'a [Made]) -> Policy {
    let rules = drops.iter().chain(bodies).map(|made| made.rule.clone()).collect();
    Policy { omit_stages: Stages::from_iter([Stage::RequestReceived]), omit_managed_fields: true, rules }
}

/// A rule about everything.
/// Requests that one rule could drop: of somebody, with a verb, for a resource.
#[derive(Clone, Debug)]
struct Class {
    /// The user, or the group of the nodes.
    user: String,
    is_group: bool,
    verb: String,
    group: String,
    /// With its subresource.
    resource: String,
    bytes: f64,
    /// Whether the rule about the rest records it, and none that the goal has for a reason.
    is_rest: bool,
}

/// Why something is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// It is the everyday work of Kubernetes.
    Everyday,
    /// The budget asks for it.
    Budget,
}

/// The verbs that do the same: what one of them shows or changes, the others do.
const ALIKE: [&[&str]; 3] =
    [&["get", "list", "watch"], &["create", "update", "patch"], &["delete", "deletecollection"]];

/// The classes of what a policy of so many rules, the last about the rest, writes of some loads. Paths are no class: whoever asks for them is known by the rules.
fn classes(policy: &Policy, loads: &[Load], rules: usize) -> Vec<Class> {
    let mut all: BTreeMap<(String, String, String, String), Class> = BTreeMap::new();
    for load in loads {
        let decision: Decision = policy.decide(&load.request);
        let bytes = load.bytes(decision);
        let (Some(user), About::Resource { group, resource, subresource, .. }) =
            (&load.request.user, &load.request.about)
        else {
            continue;
        };
        if bytes <= 0.0 {
            continue;
        }
        let is_group = user.starts_with("system:node:") && load.request.groups.iter().any(|own| own == NODES);
        let user = if is_group { NODES } else { user };
        let resource =
            if subresource.is_empty() { resource.to_string() } else { format!("{resource}/{subresource}") };
        let key = (user.to_owned(), load.request.verb.to_string(), group.to_string(), resource.clone());
        let class = all.entry(key).or_insert_with(|| Class {
            user: user.to_owned(),
            is_group,
            verb: load.request.verb.to_string(),
            group: group.to_string(),
            resource,
            bytes: 0.0,
            is_rest: true,
        });
        class.bytes += bytes;
        class.is_rest &= decision.rule.is_some_and(|at| at + 1 == rules);
    }
    all.into_values().collect()
}

const NODES: &str = "system:nodes";

impl Class {
    fn rule(&self, verbs: &[&str]) -> Rule {
        let (users, user_groups) = if self.is_group {
            (Vec::new(), vec![self.user.clone()])
        } else {
            (vec![self.user.clone()], Vec::new())
        };
        Rule {
            users,
            user_groups,
            verbs: verbs.iter().map(|&verb| verb.to_owned()).collect(),
            resources: vec![GroupResources::of(&self.group, &[&self.resource])],
            ..Rule::any(Level::None)
        }
    }

    /// Whether it is the everyday work of a component of Kubernetes. What is deleted or started is none.
    fn is_noise(&self) -> bool {
        let is_component = self.is_group
            || self.user.starts_with("system:serviceaccount:kube-system:")
            || self.user.starts_with("system:")
                && !self.user.starts_with("system:serviceaccount:")
                && self.user != "system:anonymous"
                && self.user != "system:admin";
        let is_event = self.resource == "events" && matches!(&*self.verb, "create" | "update" | "patch");
        is_component && (is_event || matches!(&*self.verb, "get" | "list" | "watch" | "update" | "patch"))
    }

    /// The techniques whose acts would be hidden by dropping it: each for which the component would leave less of a trace
    /// than others.
    fn hides(&self, bare: &Policy, before: &[Coverage]) -> Vec<&'static str> {
        let verbs = ALIKE.into_iter().find(|alike| alike.contains(&self.verb.as_str()));
        let own = [self.verb.as_str()];
        let rule = self.rule(verbs.unwrap_or(&own));
        let tried = Policy { rules: [vec![rule], bare.rules.clone()].concat(), ..bare.clone() };
        let mut hides = Vec::new();
        for (coverage, before) in tried.coverage().iter().zip(before) {
            let is_hidden = |(act, before): (&Recorded, &Recorded)| {
                let (stands, stood) = (act.standing(coverage.technique), before.standing(coverage.technique));
                // Those whom rules name are tried; nobody without credentials is, who may be the class itself.
                stands < stood
                    || stands > Standing::Unseen
                        && act.milder.iter().any(|(_, decision)| decision.level == Level::None)
            };
            if coverage.acts.iter().zip(&before.acts).any(is_hidden) {
                hides.push(coverage.technique.id);
            }
        }
        hides
    }

    /// The requests in words.
    fn what(&self) -> String {
        let resource = match (self.group.as_str(), self.resource.split_once('/')) {
            ("", _) => self.resource.clone(),
            (group, None) => format!("{}.{group}", self.resource),
            (group, Some((resource, sub))) => format!("{resource}.{group}/{sub}"),
        };
        format!("{} {resource} by {}", self.verb, self.user)
    }

    /// Adds a rule that drops it, or adds it to the one that drops the same verb of the same user.
    fn add_to(&self, drops: &mut Vec<Made>, reason: Reason) {
        let rule = self.rule(&[&self.verb]);
        let why = match reason {
            Reason::Everyday => format!("everyday work of {}, in which no technique hides", self.user),
            Reason::Budget => {
                format!("for the budget: work of {}, in which no known technique hides", self.user)
            }
        };
        let is_same = |made: &&mut Made| {
            made.rule.users == rule.users
                && made.rule.user_groups == rule.user_groups
                && made.rule.verbs == rule.verbs
                && made.rule.namespaces.is_empty()
                && made.why == why
        };
        let Some(made) = drops.iter_mut().find(is_same) else {
            drops.push(Made { rule, why, bytes: 0.0, saves: 0.0 });
            return;
        };
        match made.rule.resources.iter_mut().find(|entry| entry.group == self.group) {
            Some(entry) => entry.resources.push(self.resource.clone()),
            None => made.rule.resources.extend(rule.resources),
        }
    }
}
