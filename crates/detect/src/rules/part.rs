//! What rule files define, with everything that was done to it on the way.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::compile::{Rule, RuleSet};
use super::definition::Definitions;
use super::message::Place;
use crate::filter::Expr;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// A rule.
    Rule,
    /// A macro: a condition with a name.
    Macro,
    /// A list of values with a name.
    List,
    /// A correlation.
    Correlation,
    /// A table of known values.
    Table,
}

impl PartKind {
    /// The key that it begins with in a rule file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Macro => "macro",
            Self::List => "list",
            Self::Correlation => "correlation",
            Self::Table => "table",
        }
    }
}

/// What an item of a rule file does with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Defines it for the first time.
    Defines,
    /// Defines it anew: nothing of what it was is left but its place among the others.
    Redefines,
    /// Adds to some of its keys.
    Appends,
    /// Replaces some of its keys.
    Replaces,
}

impl Display for Deed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Defines => "defined",
            Self::Redefines => "defined anew",
            Self::Appends => "added to",
            Self::Replaces => "replaced",
        })
    }
}

/// An item of a rule file that is about a name.
#[derive(Clone, Debug)]
pub struct Mention {
    /// What it does.
    pub deed: Deed,
    /// With which keys, in alphabetical order; none where it defines everything.
    pub keys: Vec<&'static str>,
    /// Where the item stands.
    pub place: Option<Place>,
}

/// Something with a name, as all files together leave it.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its name.
    pub name: String,
    /// The condition of a rule or a macro as written, what was added behind it included; of a correlation with steps the
    /// first; empty for lists and tables.
    pub condition: String,
    /// The items of a list as written: some can be names of lists.
    pub items: Arc<[Box<str>]>,
    /// The lists that its condition, its exceptions or its items name, in order and each once.
    pub lists: Vec<String>,
    /// What the files say of it, in order.
    pub mentions: Vec<Mention>,
}

/// Everything that rule files define, in the order in which the names first came up: lists, macros, rules, correlations,
/// tables.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    all: Vec<Part>,
    by_name: FxHashMap<(PartKind, String), usize>,
}

/// What an item did, noted while files are read.
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) kind: PartKind,
    pub(super) name: String,
    pub(super) mention: Mention,
}

/// The lists that rules, macros and correlations name, by the places of all among the definitions.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) rules: FxHashMap<usize, Vec<usize>>,
    pub(super) macros: FxHashMap<usize, Vec<usize>>,
    pub(super) correlations: FxHashMap<usize, Vec<usize>>,
}

impl Parts {
    pub(super) fn new(definitions: &Definitions, noted: Vec<Noted>, named: &Named) -> Self {
        let mut parts = Self::default();
        let lists = &definitions.lists;
        let names = |found: Option<&Vec<usize>>| -> Vec<String> {
            let mut seen = FxHashSet::default();
            let found = found.into_iter().flatten().filter(|at| seen.insert(**at));
            found.filter_map(|at| lists.all.get(*at)).map(|list| list.name.clone()).collect()
        };
        for list in &lists.all {
            let mut seen = FxHashSet::default();
            let inner = list.items.iter().filter_map(|item| lists.index(item)).filter(|at| seen.insert(*at));
            let inner = inner.filter_map(|at| lists.all.get(at)).map(|list| list.name.clone()).collect();
            parts.put(PartKind::List, &list.name, String::new(), list.items.clone().into(), inner);
        }
        for (at, known) in definitions.macros.all.iter().enumerate() {
            let lists = names(named.macros.get(&at));
            parts.put(PartKind::Macro, &known.name, known.condition.text.clone(), Arc::new([]), lists);
        }
        for (at, rule) in definitions.rules.all.iter().enumerate() {
            let lists = names(named.rules.get(&at));
            parts.put(PartKind::Rule, &rule.name, rule.condition.text.clone(), Arc::new([]), lists);
        }
        for (at, known) in definitions.correlations.all.iter().enumerate() {
            let keys = &known.keys;
            let condition = keys.condition.as_ref().or_else(|| keys.steps.as_ref()?.first());
            let condition = condition.map(|condition| condition.text.clone()).unwrap_or_default();
            let lists = names(named.correlations.get(&at));
            parts.put(PartKind::Correlation, &known.name, condition, Arc::new([]), lists);
        }
        for table in &definitions.tables.all {
            parts.put(PartKind::Table, &table.name, String::new(), Arc::new([]), Vec::new());
        }
        for Noted { kind, name, mention } in noted {
            let at = parts.by_name.get(&(kind, name)).copied();
            if let Some(part) = at.and_then(|at| parts.all.get_mut(at)) {
                part.mentions.push(mention);
            }
        }
        parts
    }

    fn put(
        &mut self,
        kind: PartKind,
        name: &str,
        condition: String,
        items: Arc<[Box<str>]>,
        lists: Vec<String>,
    ) {
        self.by_name.insert((kind, name.to_owned()), self.all.len());
        let (name, mentions) = (name.to_owned(), Vec::new());
        self.all.push(Part { kind, name, condition, items, lists, mentions });
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Part> {
        self.all.iter()
    }

    /// How many of a kind there are.
    pub fn count(&self, kind: PartKind) -> usize {
        self.all.iter().filter(|part| part.kind == kind).count()
    }

    /// The one of this kind and name.
    pub fn get(&self, kind: PartKind, name: &str) -> Option<&Part> {
        self.by_name.get(&(kind, name.to_owned())).and_then(|at| self.all.get(*at))
    }

    /// The macros and lists that a rule, or what a correlation has of one, is made of, however deep; in the order in which
    /// its condition comes to them, each once.
    pub fn of_rule(&self, rules: &RuleSet, rule: &Rule) -> Vec<&Part> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        // A stack of its own, for chains can be long; what is named first is on top.
        let correlation = rules.correlations.iter().any(|known| std::ptr::eq(&raw const known.rule, rule));
        let kind = if correlation { PartKind::Correlation } else { PartKind::Rule };
        let mut open: Vec<(PartKind, String)> = self.named_by(kind, &rule.name, &rule.condition);
        open.reverse();
        while let Some((kind, name)) = open.pop() {
            let Some(part) = self.get(kind, &name) else { continue };
            if !seen.insert((kind, name)) {
                continue;
            }
            found.push(part);
            let mut inner = match (kind, rules.macros.get(&part.name)) {
                (PartKind::Macro, Some(condition)) => self.named_by(kind, &part.name, condition),
                _ => part.lists.iter().map(|name| (PartKind::List, name.clone())).collect(),
            };
            inner.reverse();
            open.append(&mut inner);
        }
        found
    }

    fn named_by(&self, kind: PartKind, name: &str, condition: &Expr) -> Vec<(PartKind, String)> {
        let mut named = Vec::new();
        condition.macros(&mut |called| named.push((PartKind::Macro, called.text.to_string())));
        let lists = self.get(kind, name).map(|part| part.lists.as_slice()).unwrap_or_default();
        named.extend(lists.iter().map(|list| (PartKind::List, list.clone())));
        named
    }
}
