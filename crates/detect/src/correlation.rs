//! Correlations: conditions over several events, held against the events' own time.
//!
//! They stand in rule files beside rules, as items of their own; their types are those of Sigma's correlation rules
//! (SigmaHQ/sigma-specification, `sigma-correlation-rules-specification.md`), and `new_value` besides. Their conditions
//! are parts of the same graph as those of rules: an [`Engine`](crate::engine::Engine) says which of them are true for an
//! event, and a [`Correlator`] counts.

mod correlator;
mod detection;
mod groups;
mod key;
mod known;
mod ordered;
mod seen;
mod span;
mod window;

use crate::engine::NodeId;
use crate::predicate::Source;
use crate::rules::Rule;

pub use correlator::{Correlator, Tally};
pub use detection::{Correlated, Detection};
pub use span::{Nanoseconds, duration};

pub(crate) use known::Known;

/// What is asked of the events that a condition lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// So many events in the timespan.
    EventCount,
    /// So many distinct values of a field in the timespan.
    ValueCount,
    /// An event for every step in the timespan, in any order.
    Temporal,
    /// An event for every step in the timespan, in the order of the steps.
    TemporalOrdered,
    /// A value of a field that was never there before.
    NewValue,
}

impl Type {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::EventCount, Self::ValueCount, Self::Temporal, Self::TemporalOrdered, Self::NewValue];

    /// The name in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
            Self::NewValue => "new_value",
        }
    }

    /// The type of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether it has steps rather than one condition.
    pub fn has_steps(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }
}

/// How long values are only learned. It lasts until everything that is given is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learn {
    /// So many events of the group.
    pub events: u64,
    /// So long since the group's first event.
    pub timespan: Nanoseconds,
    /// So many values of the group.
    pub values: usize,
    /// For ever, but for groups that a table of known values names.
    pub always: bool,
}

/// How much is remembered at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Groups of a correlation.
    pub groups: usize,
    /// Values of a group.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { groups: 10_000, values: 10_000 }
    }
}

/// How many events or values are remembered for one correlation, over all its groups.
pub(crate) const MAX_ENTRIES: usize = 1 << 20;

/// How many events or values a correlation may wait for.
pub(crate) const MAX_AT_LEAST: usize = 100_000;

/// A correlation, ready to be asked.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Name, priority, output and so on, as of a rule. Its condition is true for every event that the correlation looks
    /// at.
    pub rule: Rule,
    /// What it asks.
    pub kind: Type,
    /// The timespan; of `new_value` how long a value stays known, without one for ever.
    pub timespan: Option<Nanoseconds>,
    /// How many events, values or steps there must be.
    pub at_least: usize,
    /// For how long a group must not have met it before it is told again.
    pub quiet: Nanoseconds,
    /// What tells groups apart.
    pub group_by: Vec<Source>,
    /// Whose values count; of other types than `value_count` and `new_value` whose values are shown.
    pub field: Vec<Source>,
    /// Events that agree in these are one event.
    pub once_per: Vec<Source>,
    /// How long values are only learned.
    pub learn: Option<Learn>,
    /// How much is remembered at most.
    pub limits: Limits,
    pub(crate) known: Known,
    /// The conditions of its steps; of types without steps the one condition.
    pub(crate) steps: Vec<NodeId>,
    /// What makes a group begin anew.
    pub(crate) unless: Option<NodeId>,
}

/// A condition of a correlation among those of a source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    /// The number of the correlation.
    pub(crate) correlation: usize,
    /// The number of the step; `None` for what makes a group begin anew.
    pub(crate) step: Option<usize>,
    pub(crate) node: NodeId,
}

/// The conditions of the enabled correlations of a source, in order. What makes a group begin anew comes before steps.
pub(crate) fn sights(correlations: &[Correlation], source: &str) -> Vec<Sight> {
    let enabled = correlations.iter().enumerate();
    let enabled = enabled.filter(|(_, known)| known.rule.enabled && known.rule.source == source);
    let each = |(correlation, known): (usize, &Correlation)| {
        let unless = known.unless.map(|node| Sight { correlation, step: None, node });
        let steps = known.steps.iter().enumerate();
        let steps = steps.map(move |(step, node)| Sight { correlation, step: Some(step), node: *node });
        unless.into_iter().chain(steps).collect::<Vec<_>>()
    };
    enabled.flat_map(each).collect()
}
