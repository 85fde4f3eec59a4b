//! Rules asked of events.

mod evaluate;
mod explain;
mod graph;
mod plan;
mod program;

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::correlation::sights;
use crate::predicate::Event;
use crate::rules::{Rule, RuleSet};

pub use explain::{Explained, Explanation};
pub use graph::{Graph, GraphBuilder, Node, NodeId};
pub use plan::Asked;
pub(crate) use plan::plan;

use evaluate::Evaluator;

/// Which rules fire when several match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matching {
    /// The first in the order of the files: Falco's default.
    #[default]
    First,
    /// All.
    All,
}

/// The rules of one source, and what was learned about events so far.
///
/// What it learns changes how fast it is, never what it answers. One engine is for one thread; they are cheap to make.
#[derive(Debug)]
pub struct Engine {
    rules: Arc<RuleSet>,
    source: String,
    matching: Matching,
    evaluator: Evaluator,
}

impl Engine {
    /// An engine for the enabled rules of a source.
    pub fn new(rules: Arc<RuleSet>, source: &str, matching: Matching) -> Self {
        let graph = rules.graphs.get(source).cloned().unwrap_or_default();
        let enabled = rules.rules.iter().enumerate();
        let enabled = enabled.filter(|(_, rule)| rule.enabled && rule.source == source);
        // The conditions of correlations are numbered on behind the rules.
        let sights = (rules.rules.len()..).zip(sights(&rules.correlations, source));
        let sights = sights.map(|(number, sight)| (number, sight.node));
        let roots = enabled.map(|(index, rule)| (index, rule.node)).chain(sights).collect();
        let evaluator = Evaluator::new(graph, roots, rules.rules.len(), source);
        Self { rules, source: source.to_owned(), matching, evaluator }
    }

    /// What is true for an event: rules that fire, and conditions of correlations.
    pub fn fire<E: Event + ?Sized>(&mut self, event: &E) -> Fired<'_> {
        let found = self.evaluator.matching(event, self.matching == Matching::First);
        let (rules, sightings) =
            found.split_at(found.partition_point(|number| *number < self.rules.rules.len()));
        Fired { set: &self.rules, rules, sightings }
    }

    /// Why a rule fires for an event or does not, down to the comparison. `None` where the rule is not of this source.
    pub fn explain<E: Event + ?Sized>(&self, rule: &Rule, event: &E) -> Option<Explanation> {
        (rule.source == self.source).then(|| explain::explain(&self.rules, rule, event)).flatten()
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }
}

/// What is true for an event.
#[derive(Clone, Copy, Debug)]
pub struct Fired<'e> {
    set: &'e RuleSet,
    rules: &'e [usize],
    sightings: &'e [usize],
}

impl<'e> Fired<'e> {
    /// The rules that fire, in order; none or one of them unless all matching rules do.
    pub fn rules(&self) -> impl Iterator<Item = &'e Rule> + use<'e> {
        let set = self.set;
        self.rules.iter().filter_map(move |index| set.rules.get(*index))
    }

    /// The conditions of correlations that are true, by numbers for
    /// [`Correlator::add`](crate::correlation::Correlator::add).
    pub fn sightings(&self) -> &'e [usize] {
        self.sightings
    }

    /// Whether nothing is true.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.sightings.is_empty()
    }
}

/// An alert in Falco's JSON form. `time` is as the caller prints times, `hostname` the machine's name.
pub fn alert<E: Event + ?Sized>(rule: &Rule, event: &E, time: &str, hostname: &str) -> Json {
    let fields: Map<String, Json> = rule.output.json(event);
    let output = rule.output.text(event);
    json!({
        "hostname": hostname,
        "output": format!("{time}: {} {output}", rule.priority.name()),
        "output_fields": fields,
        "priority": rule.priority.name(),
        "rule": rule.name,
        "source": rule.source,
        "tags": rule.tags,
        "time": time,
        "message": output,
    })
}
