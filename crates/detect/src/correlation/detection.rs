//! What a correlation found, and the event at which it did, as one.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Correlation, Nanoseconds};
use crate::field::{Class, FieldUse};
use crate::output::ABSENT;
use crate::predicate::Event;
use crate::rules::{Rule, RuleSet};
use crate::value::Value;

/// A correlation that was met.
#[derive(Clone, Debug)]
pub struct Detection {
    pub(super) rules: Arc<RuleSet>,
    pub(super) correlation: usize,
    /// How many events, values or steps there were; of `new_value` how many values the group has by now.
    pub count: u64,
    /// Values of `field`, in the order of their times, at most [`Detection::SAMPLES`] of the newest.
    pub values: Vec<String>,
    /// Of `new_value`: values that the group had before, the newest last, at most [`Detection::EARLIER`].
    pub earlier: Vec<String>,
    /// The values of `group-by`.
    pub group: Vec<String>,
    /// When the first of the events was, in nanoseconds since the epoch.
    pub first: Nanoseconds,
    /// When the last was.
    pub last: Nanoseconds,
}

impl Detection {
    /// How many values are shown.
    pub const SAMPLES: usize = 20;

    /// How many earlier values are shown.
    pub const EARLIER: usize = 4;

    /// The correlation.
    pub fn correlation(&self) -> Option<&Correlation> {
        self.rules.correlations.get(self.correlation)
    }

    /// Name, priority, output and so on, as of a rule.
    pub fn rule(&self) -> Option<&Rule> {
        self.correlation().map(|known| &known.rule)
    }

    /// The event at which it was met, with the fields `correlation.*`: what [`alert`](crate::engine::alert) takes.
    pub fn at<'a, E: Event + ?Sized>(&'a self, event: &'a E) -> Correlated<'a, E> {
        Correlated { event, detection: self }
    }
}

/// An event with the fields `correlation.*`.
#[derive(Debug)]
pub struct Correlated<'a, E: ?Sized> {
    event: &'a E,
    detection: &'a Detection,
}

impl<E: Event + ?Sized> Event for Correlated<'_, E> {
    fn value(&self, field: &FieldUse) -> Option<Value<'_>> {
        let known = field.id.field();
        if known.class != Class::Correlation {
            return self.event.value(field);
        }
        let found = self.detection;
        match known.name {
            "correlation.count" => Some(Value::Uint(found.count)),
            "correlation.values" => list(&found.values),
            "correlation.earlier" => list(&found.earlier),
            "correlation.value" => found.values.last().map(|value| Value::text(value)),
            "correlation.group" => list(&found.group),
            "correlation.first" => Some(Value::owned(time(found.first))),
            "correlation.last" => Some(Value::owned(time(found.last))),
            "correlation.seconds" => Some(Value::Uint(seconds(found.first, found.last))),
            _ => None,
        }
    }

    fn event_type(&self) -> Option<crate::field::EventType> {
        self.event.event_type()
    }
}

/// Texts as a list; an empty list is no value.
fn list(texts: &[String]) -> Option<Value<'_>> {
    (!texts.is_empty()).then(|| Value::List(texts.iter().map(|text| Value::text(text)).collect()))
}

/// A time as RFC 3339 writes it, to the microsecond.
fn time(nanoseconds: Nanoseconds) -> String {
    match Timestamp::from_nanosecond(i128::from(nanoseconds)) {
        Ok(time) => format!("{time:.6}"),
        Err(_) => ABSENT.to_owned(),
    }
}

/// Whole seconds between two times.
fn seconds(first: Nanoseconds, last: Nanoseconds) -> u64 {
    u64::try_from(last.saturating_sub(first) / 1_000_000_000).unwrap_or_default()
}
