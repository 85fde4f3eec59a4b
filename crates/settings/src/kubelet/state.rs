//! A configuration while it is put together: a slot for every field.

use std::collections::BTreeMap;

use ironsides_core::parse_duration;
use ironsides_tree::{Map, Node, Text, Value};

use super::fields::{FIELDS, Kind, Nil, OPTIONAL, find};
use super::origin::{By, Given, Setting};
use super::tree::{From, Tree};

/// The fields of a configuration, their values and where these came from.
#[derive(Clone, Debug)]
pub(super) struct State {
    minor: u64,
    slots: Vec<Slot>,
    /// Which of the structures in [`OPTIONAL`] are there.
    optional: [bool; OPTIONAL.len()],
    /// Whatever was written of each field, in the order in which it was read.
    written: Vec<Vec<Given>>,
}

/// A field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slot {
    /// The value; `None` where nothing set it.
    pub(super) value: Option<Node>,
    /// What gave it.
    pub(super) by: Option<By>,
    /// What gave each of the entries, where the value is a map.
    pub(super) keys: BTreeMap<Text, By>,
}

impl State {
    /// A configuration in which nothing is set.
    pub(super) fn new(minor: u64) -> Self {
        Self {
            minor,
            slots: vec![Slot::default(); FIELDS.len()],
            optional: [false; OPTIONAL.len()],
            written: vec![Vec::new(); FIELDS.len()],
        }
    }

    /// The same, with the memory of what was written.
    pub(super) fn emptied(&self) -> Self {
        Self { written: self.written.clone(), ..Self::new(self.minor) }
    }

    /// The minor version of Kubernetes.
    pub(super) fn minor(&self) -> u64 {
        self.minor
    }

    /// Whether this version's kubelet knows a field.
    pub(super) fn knows(&self, at: usize) -> bool {
        FIELDS.get(at).is_some_and(|field| field.since <= self.minor)
    }

    /// A slot by the number of its field.
    pub(super) fn slot(&self, at: usize) -> Option<&Slot> {
        self.slots.get(at)
    }

    /// Replaces a slot.
    pub(super) fn put(&mut self, at: usize, slot: Slot) {
        if let Some(place) = self.slots.get_mut(at) {
            *place = slot;
        }
    }

    /// Changes a slot.
    pub(super) fn slot_mut(&mut self, at: usize) -> Option<&mut Slot> {
        self.slots.get_mut(at)
    }

    /// Sets a field by its path.
    pub(super) fn set(&mut self, path: &str, value: Node, by: By) {
        if let Some(at) = find(path) {
            self.put(at, Slot { value: Some(value), by: Some(by), keys: BTreeMap::new() });
        }
    }

    /// Remembers that a field was written.
    pub(super) fn note(&mut self, at: usize, given: Given) {
        if let Some(written) = self.written.get_mut(at) {
            written.push(given);
        }
    }

    /// Whether anything was written of a field.
    pub(super) fn noted(&self, at: usize) -> bool {
        self.written.get(at).is_some_and(|written| !written.is_empty())
    }

    /// Says whether an optional structure is there.
    pub(super) fn set_optional(&mut self, name: &str, there: bool) {
        if let Some(place) =
            OPTIONAL.iter().position(|&known| known == name).and_then(|at| self.optional.get_mut(at))
        {
            *place = there;
        }
    }

    /// Whether an optional structure is there.
    pub(super) fn has_optional(&self, name: &str) -> bool {
        OPTIONAL.iter().zip(self.optional).any(|(&known, there)| there && known == name)
    }

    /// The value of a field; `None` where it is not set.
    pub(super) fn value(&self, path: &str) -> Option<&Node> {
        self.slots.get(find(path)?)?.value.as_ref()
    }

    /// A string; empty where it is not set.
    pub(super) fn text(&self, path: &str) -> &str {
        self.value(path).and_then(Node::as_str).unwrap_or_default()
    }

    /// A boolean; false where it is not set.
    pub(super) fn bool(&self, path: &str) -> bool {
        self.value(path).and_then(Node::as_bool).unwrap_or_default()
    }

    /// A whole number; 0 where it is not set.
    pub(super) fn int(&self, path: &str) -> i64 {
        self.value(path).and_then(Node::as_i64).unwrap_or_default()
    }

    /// Nanoseconds; 0 where they are not set.
    pub(super) fn nanoseconds(&self, path: &str) -> i64 {
        match self.value(path).map(Node::value) {
            Some(Value::String(text)) => parse_duration(text).unwrap_or_default(),
            Some(Value::Int(number)) => *number,
            _ => 0,
        }
    }

    /// The strings of a list; none where it is not set.
    pub(super) fn texts(&self, path: &str) -> impl Iterator<Item = &str> {
        self.value(path).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str)
    }

    /// The entries of a map of strings; none where it is not set.
    pub(super) fn entries(&self, path: &str) -> impl Iterator<Item = (&str, &str)> {
        let map = self.value(path).and_then(Node::as_map);
        map.into_iter().flat_map(Map::iter).map(|(key, value)| (key, value.as_str().unwrap_or_default()))
    }

    /// The feature gates that are set.
    pub(super) fn gates(&self) -> BTreeMap<Text, bool> {
        let map = self.value("featureGates").and_then(Node::as_map);
        let gates = map.into_iter().flat_map(Map::iter);
        gates.map(|(name, on)| (Text::new(name), on.as_bool().unwrap_or_default())).collect()
    }

    /// Gives fields whose absence the kubelet does not keep their zeros, as a conversion to its own types does.
    pub(super) fn fill(&mut self, by: &By) {
        for (at, field) in FIELDS.iter().enumerate() {
            let known = self.knows(at);
            if let Some(slot) = self.slots.get_mut(at)
                && known
                && field.nil == Nil::Filled
                && slot.value.is_none()
            {
                *slot = Slot { value: zero(field.kind), by: Some(by.clone()), keys: BTreeMap::new() };
            }
        }
    }

    /// The configuration as the kubelet writes it as JSON: what is zero is left out where the field says so.
    pub(super) fn tree(&self) -> BTreeMap<Text, Tree> {
        let mut root = BTreeMap::new();
        for path in super::fields::STRUCTURES {
            within(&mut root, path, |_| ());
        }
        for path in OPTIONAL.into_iter().filter(|name| self.has_optional(name)) {
            within(&mut root, path, |_| ());
        }
        for (at, field) in FIELDS.iter().enumerate().filter(|(at, _)| self.knows(*at)) {
            let structure = field.path.split_once('.').map(|(first, _)| first);
            if structure.is_some_and(|name| OPTIONAL.contains(&name) && !self.has_optional(name)) {
                continue;
            }
            let value = self.slots.get(at).and_then(|slot| slot.value.clone());
            let value = match value {
                Some(value)
                    if field.nil == Nil::Plain && is_zero(&value) && !always(field.path, field.kind) =>
                {
                    None
                }
                None if field.nil == Nil::Plain && always(field.path, field.kind) => zero(field.kind),
                other => other,
            };
            if let Some(value) = value {
                let (parent, name) = field.path.rsplit_once('.').unwrap_or(("", field.path));
                let value = Tree::of(&value, From::State);
                within(&mut root, parent, |map| _ = map.insert(Text::new(name), value));
            }
        }
        root
    }

    /// A field as it is in force.
    pub(super) fn setting(&self, at: usize, unset: &By) -> Option<Setting> {
        let field = FIELDS.get(at).filter(|_| self.knows(at))?;
        let slot = self.slots.get(at)?;
        let by = slot.by.clone().unwrap_or_else(|| unset.clone());
        let scalar = matches!(
            field.kind,
            Kind::Bool | Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Duration | Kind::Quantity
        );
        let unset = || if field.nil == Nil::Plain && scalar { zero(field.kind) } else { None };
        let value = slot.value.clone().or_else(unset);
        let mut overruled = self.written.get(at).cloned().unwrap_or_default();
        let winner = match &by {
            By::Zero { written, .. } => written,
            by => by,
        };
        if let Some(at) = overruled.iter().rposition(|given| given.by == *winner) {
            overruled.remove(at);
        }
        Some(Setting { value, by, overruled })
    }
}

/// Does something to the map at a path, which is made where it is not there.
fn within(map: &mut BTreeMap<Text, Tree>, path: &str, act: impl FnOnce(&mut BTreeMap<Text, Tree>)) {
    if path.is_empty() {
        return act(map);
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let entry = map.entry(Text::new(first)).or_insert_with(|| Tree::Map(BTreeMap::new()));
    if let Tree::Map(inner) = entry {
        within(inner, rest, act);
    }
}

/// Whether a field is written even if it is zero.
fn always(path: &str, kind: Kind) -> bool {
    matches!(kind, Kind::Duration | Kind::TimeOrDuration | Kind::Quantity)
        || matches!(path, "logging.verbosity" | "containerRuntimeEndpoint")
}

/// The zero of a kind, where that is a value.
pub(super) fn zero(kind: Kind) -> Option<Node> {
    Some(Node::bare(match kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int32 | Kind::Int64 | Kind::Uint32 => Value::Int(0),
        Kind::Float => Value::Float(0.0),
        Kind::Text => Value::from(""),
        Kind::Duration | Kind::TimeOrDuration => Value::from("0s"),
        Kind::Quantity => Value::from("0"),
        _ => return None,
    }))
}

/// Whether a value is its kind's zero, or empty.
pub(super) fn is_zero(value: &Node) -> bool {
    match value.value() {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Int(value) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
    }
}
