//! What rule files define, put together but not checked against fields.

use std::sync::Arc;

use ironsides_tree::Span;
use rustc_hash::FxHashMap;

use super::priority::Priority;
use super::snippet::Snippet;

/// Everything that files define.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) lists: Table<List>,
    pub(crate) macros: Table<Macro>,
    pub(crate) rules: Table<RuleText>,
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
