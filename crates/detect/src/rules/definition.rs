//! What rule files define, put together but not checked against fields.

use std::sync::Arc;

use ironsides_tree::Span;
use rustc_hash::FxHashMap;

use super::collect::{Change, append_exception};
use super::message::Code;
use super::priority::Priority;
use super::snippet::Snippet;
use crate::correlation::{Learn, Limits, Nanoseconds, Type};

/// Everything that files define.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) lists: Table<List>,
    pub(crate) macros: Table<Macro>,
    pub(crate) rules: Table<RuleText>,
    pub(crate) correlations: Table<CorrelationText>,
    pub(crate) tables: Table<KnownTable>,
}

/// Definitions by name, in the order in which the names first came up.
#[derive(Debug)]
pub(crate) struct Table<T> {
    pub(crate) all: Vec<T>,
    by_name: FxHashMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { all: Vec::new(), by_name: FxHashMap::default() }
    }
}

impl<T> Table<T> {
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let index = self.index(name)?;
        self.all.get_mut(index)
    }

    /// Defines a name anew, at the place where it stood first.
    pub(crate) fn put(&mut self, name: &str, value: T) {
        if let Some(place) = self.index(name).and_then(|index| self.all.get_mut(index)) {
            *place = value;
        } else {
            self.by_name.insert(name.to_owned(), self.all.len());
            self.all.push(value);
        }
    }
}

/// Where something is defined, and how much it sees: what was defined when it was written or last changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) file: usize,
    pub(crate) span: Span,
    /// How many lists there were.
    pub(crate) lists: usize,
    /// How many macros there were.
    pub(crate) macros: usize,
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) items: Vec<Box<str>>,
    pub(crate) origin: Origin,
}

#[derive(Debug)]
pub(crate) struct Macro {
    pub(crate) name: String,
    pub(crate) condition: Snippet,
    pub(crate) origin: Origin,
}

/// A rule as written.
#[derive(Debug)]
pub(crate) struct RuleText {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) condition: Snippet,
    pub(crate) output: Snippet,
    pub(crate) priority: Priority,
    pub(crate) source: String,
    pub(crate) enabled: bool,
    pub(crate) tags: Vec<String>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) warn_event_types: bool,
    pub(crate) skip_unknown_fields: bool,
    pub(crate) capture: bool,
    /// Seconds of recording after the alert, if it says so.
    pub(crate) capture_duration: Option<i64>,
    /// Whether its source is known.
    pub(crate) known_source: bool,
    pub(crate) origin: Origin,
}

/// A correlation as written.
#[derive(Debug)]
pub(crate) struct CorrelationText {
    pub(crate) name: String,
    pub(crate) keys: CorrelationKeys,
    pub(crate) origin: Origin,
}

/// The keys of a correlation; `None` and empty where it has none.
#[derive(Debug, Default)]
pub(crate) struct CorrelationKeys {
    pub(crate) description: Option<String>,
    pub(crate) kind: Option<Type>,
    pub(crate) condition: Option<Snippet>,
    pub(crate) steps: Option<Vec<Snippet>>,
    pub(crate) unless: Option<Snippet>,
    pub(crate) output: Option<Snippet>,
    pub(crate) group_by: Option<Vec<Snippet>>,
    pub(crate) field: Option<Vec<Snippet>>,
    pub(crate) once_per: Option<Vec<Snippet>>,
    pub(crate) known: Option<Vec<Snippet>>,
    pub(crate) timespan: Option<Nanoseconds>,
    pub(crate) at_least: Option<usize>,
    pub(crate) quiet: Option<Nanoseconds>,
    pub(crate) learn: Option<Learn>,
    pub(crate) limits: Option<Limits>,
    pub(crate) priority: Option<Priority>,
    pub(crate) source: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) tags: Vec<String>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) skip_unknown_fields: Option<bool>,
    /// Where the value of each key is written.
    pub(crate) places: FxHashMap<&'static str, (usize, Span)>,
}

impl CorrelationKeys {
    /// Takes over the keys that a later item changes; what is wrong with them.
    pub(super) fn change(
        &mut self,
        new: Self,
        changes: &FxHashMap<&'static str, Change>,
    ) -> Vec<(Code, Span, String)> {
        let change = |key| changes.get(key).copied();
        snippet(&mut self.condition, new.condition, change("condition"));
        snippet(&mut self.unless, new.unless, change("unless"));
        snippet(&mut self.output, new.output, change("output"));
        list(&mut self.steps, new.steps, change("steps"));
        list(&mut self.group_by, new.group_by, change("group-by"));
        list(&mut self.field, new.field, change("field"));
        list(&mut self.once_per, new.once_per, change("once-per"));
        list(&mut self.known, new.known, change("known"));
        match (change("desc"), new.description) {
            (Some(Change::Append), Some(more)) => {
                self.description = Some(format!("{} {more}", self.description.take().unwrap_or_default()));
            }
            (Some(Change::Replace), Some(new)) => self.description = Some(new),
            _ => {}
        }
        let new_tags = new.tags.into_iter();
        match change("tags") {
            Some(Change::Append) => {
                let new_tags = new_tags.filter(|tag| !self.tags.contains(tag)).collect::<Vec<_>>();
                self.tags.extend(new_tags);
            }
            Some(Change::Replace) => self.tags = new_tags.collect(),
            None => {}
        }
        // A value that is there is one that the item changes: whatever else it holds was refused.
        self.timespan = new.timespan.or(self.timespan);
        self.at_least = new.at_least.or(self.at_least);
        self.quiet = new.quiet.or(self.quiet);
        self.learn = new.learn.or(self.learn);
        self.limits = new.limits.or(self.limits);
        self.priority = new.priority.or(self.priority);
        self.enabled = new.enabled.or(self.enabled);
        self.skip_unknown_fields = new.skip_unknown_fields.or(self.skip_unknown_fields);
        self.places.extend(new.places);
        match change("exceptions") {
            Some(Change::Replace) => self.exceptions = new.exceptions,
            Some(Change::Append) => {
                let each = new.exceptions.into_iter();
                return each.filter_map(|new| append_exception(&mut self.exceptions, new)).collect();
            }
            None => {}
        }
        Vec::new()
    }
}

fn snippet(there: &mut Option<Snippet>, new: Option<Snippet>, change: Option<Change>) {
    match (change, new, there.as_mut()) {
        (Some(Change::Append), Some(new), Some(there)) => there.append(&new),
        (Some(_), Some(new), _) => *there = Some(new),
        _ => {}
    }
}

fn list(there: &mut Option<Vec<Snippet>>, new: Option<Vec<Snippet>>, change: Option<Change>) {
    match (change, new, there.as_mut()) {
        (Some(Change::Append), Some(new), Some(there)) => there.extend(new),
        (Some(_), Some(new), _) => *there = Some(new),
        _ => {}
    }
}

/// Values that are known of groups.
#[derive(Debug)]
pub(crate) struct KnownTable {
    pub(crate) name: String,
    /// Names of groups, each with its values.
    pub(crate) rows: Vec<(Box<str>, Vec<Box<str>>)>,
    pub(crate) origin: Origin,
}

/// An exception of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    pub(crate) name: String,
    pub(crate) fields: Entry,
    pub(crate) operators: Option<Entry>,
    pub(crate) values: Vec<Entry>,
    pub(crate) file: usize,
    pub(crate) span: Span,
}

/// A text or a list of entries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    One(Box<str>),
    Many(Arc<[Self]>),
}
