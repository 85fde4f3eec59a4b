//! From a tree of JSON to the fields of a configuration.

use std::collections::BTreeMap;

use ironsides_core::{duration_text, parse_duration};
use ironsides_schema::Quantity;
use ironsides_tree::{Map, Node, Text, Value};

use super::document::Document;
use super::fields::{FIELDS, Field, Kind, Nil};
use super::origin::{By, Given};
use super::state::{Slot, State};
use super::tree::{From, Tree};

/// A value of a type that the kubelet does not take there.
#[derive(Debug)]
pub(super) struct Wrong {
    /// What is wrong.
    pub(super) why: String,
    /// Where it is written.
    pub(super) by: Option<By>,
}

/// Reads trees into states.
pub(super) struct Decoder<'a> {
    /// The documents that the leaves come from.
    pub(super) documents: &'a [Document],
    /// What the leaves of [`From::State`] were.
    pub(super) before: Option<&'a State>,
    /// Whether the names of fields match in any case, as they do where the kubelet merges drop-ins.
    pub(super) any_case: bool,
}

impl Decoder<'_> {
    /// Sets what a tree says. Later keys win over earlier ones that mean the same field; structures that are written
    /// twice are joined.
    pub(super) fn decode(&self, tree: &BTreeMap<Text, Tree>, state: &mut State) -> Result<(), Wrong> {
        self.structure("", tree, state)
    }

    fn structure(&self, prefix: &str, tree: &BTreeMap<Text, Tree>, state: &mut State) -> Result<(), Wrong> {
        for (key, value) in tree {
            match self.find(prefix, key, state) {
                Some(Found::Field(at, field)) => self.field(at, field, value, state)?,
                Some(Found::Structure(path)) => match value {
                    Tree::Map(inner) => {
                        state.set_optional(path, true);
                        self.structure(path, inner, state)?;
                    }
                    Tree::Leaf(node, _) if node.is_null() => state.set_optional(path, false),
                    Tree::Leaf(node, from) => {
                        return Err(self.wrong(path, "a map", node, *from));
                    }
                },
                None => {}
            }
        }
        Ok(())
    }

    /// What a key means below a path.
    fn find(&self, prefix: &str, key: &str, state: &State) -> Option<Found> {
        let mut folded = None;
        for (at, field) in FIELDS.iter().enumerate() {
            let below = if prefix.is_empty() {
                Some(field.path)
            } else {
                field.path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.'))
            };
            let Some(below) = below.filter(|_| state.knows(at)) else { continue };
            let (name, deeper) = below.split_once('.').map_or((below, false), |(name, _)| (name, true));
            let found = || {
                if deeper {
                    let end = field.path.len() - below.len() + name.len();
                    Found::Structure(field.path.get(..end).unwrap_or(field.path))
                } else {
                    Found::Field(at, field)
                }
            };
            // The kubelet writes it, but does not read it: it is a matter of flags.
            if name == "splitStream" {
                continue;
            }
            if name == key {
                return Some(found());
            }
            if self.any_case && folded.is_none() && name.eq_ignore_ascii_case(key) {
                folded = Some(found());
            }
        }
        folded
    }

    fn field(&self, at: usize, field: &Field, tree: &Tree, state: &mut State) -> Result<(), Wrong> {
        if let Tree::Leaf(node, from) = tree
            && node.is_null()
        {
            // Null leaves a value as it is and clears a pointer. A duration reads null as a text, and that is none.
            if field.kind == Kind::Duration && field.nil == Nil::Plain {
                return Err(self.wrong(field.path, "a duration", node, *from));
            }
            if field.nil != Nil::Plain || super::state::zero(field.kind).is_none() {
                state.put(at, Slot::default());
            }
            return Ok(());
        }
        let slot = match tree {
            Tree::Leaf(node, from) => {
                let value = self.leaf(field, node, *from)?;
                let keys = BTreeMap::new();
                Slot { value: Some(value), by: self.by(at, node, *from), keys }
            }
            Tree::Map(map) => self.map(at, field, map, state)?,
        };
        state.put(at, slot);
        Ok(())
    }

    /// What gave a leaf.
    fn by(&self, at: usize, node: &Node, from: From) -> Option<By> {
        match from {
            From::State => self.before.and_then(|state| state.slot(at)?.by.clone()),
            From::Document(number) => self.documents.get(number).map(|document| document.at(node.span())),
        }
    }

    fn map(
        &self,
        at: usize,
        field: &Field,
        map: &BTreeMap<Text, Tree>,
        state: &State,
    ) -> Result<Slot, Wrong> {
        let wanted = match field.kind {
            Kind::TextMap => Kind::Text,
            Kind::BoolMap => Kind::Bool,
            Kind::TextsMap => Kind::Texts,
            kind => {
                let first = map.values().find_map(|tree| match tree {
                    Tree::Leaf(node, from) => self.by(at, node, *from),
                    Tree::Map(_) => None,
                });
                let why = format!("{} is a map where {} belongs", field.path, name(kind));
                return Err(Wrong { why, by: first });
            }
        };
        // A map that is written twice, in two spellings of its field, is joined like a structure.
        let mut slot = state.slot(at).filter(|_| self.any_case).cloned().unwrap_or_default();
        let mut entries: BTreeMap<Text, Node> = slot
            .value
            .as_ref()
            .and_then(Node::as_map)
            .into_iter()
            .flat_map(Map::entries)
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect();
        let inner = Field { path: field.path, kind: wanted, nil: Nil::Plain, since: 0 };
        for (key, tree) in map {
            let Tree::Leaf(node, from) = tree else {
                let why = format!("{}.{key} is a map where {} belongs", field.path, name(wanted));
                return Err(Wrong { why, by: None });
            };
            let value = if node.is_null() {
                super::state::zero(wanted).unwrap_or(Node::bare(Value::List(Vec::new().into())))
            } else {
                self.leaf(&inner, node, *from)?
            };
            entries.insert(key.clone(), value);
            let by = match from {
                From::State => self.before.and_then(|state| {
                    let slot = state.slot(at)?;
                    slot.keys.get(key).or(slot.by.as_ref()).cloned()
                }),
                From::Document(_) => self.by(at, node, *from),
            };
            if let Some(by) = by {
                slot.keys.insert(key.clone(), by);
            }
        }
        // The map as a whole is by the last document that gave it an entry.
        let kept = || self.before.and_then(|state| state.slot(at)?.by.clone());
        let last = map.values().filter_map(|tree| match tree {
            Tree::Leaf(node, From::Document(number)) => Some((*number, node)),
            _ => None,
        });
        let last = last.max_by_key(|(number, _)| *number);
        slot.by = last.map_or_else(kept, |(number, node)| self.by(at, node, From::Document(number)));
        slot.value = Some(Node::bare(Value::Map(entries.into_iter().collect::<Map>().into())));
        Ok(slot)
    }

    fn leaf(&self, field: &Field, node: &Node, from: From) -> Result<Node, Wrong> {
        let wrong = || self.wrong(field.path, name(field.kind), node, from);
        let value = match (field.kind, node.value()) {
            (Kind::Bool, Value::Bool(_))
            | (Kind::Text, Value::String(_))
            | (Kind::Float, Value::Int(_) | Value::Float(_)) => return Ok(node.clone()),
            (Kind::Int32 | Kind::Int64 | Kind::Uint32, Value::Int(_) | Value::Float(_)) => {
                let whole = match from {
                    From::Document(number) => {
                        self.documents.get(number).is_none_or(|document| document.is_whole(node))
                    }
                    From::State => true,
                };
                let number = node.as_i64().filter(|_| whole).ok_or_else(wrong)?;
                let fits = match field.kind {
                    Kind::Int32 => i32::try_from(number).is_ok(),
                    Kind::Uint32 => u32::try_from(number).is_ok(),
                    _ => true,
                };
                if !fits {
                    return Err(wrong());
                }
                Value::Int(number)
            }
            (Kind::Duration | Kind::TimeOrDuration, Value::String(text)) => {
                let nanoseconds = parse_duration(text).ok_or_else(|| {
                    let mut wrong = wrong();
                    wrong.why = format!("{}: {text:?} is no duration such as 5m or 1h30m", field.path);
                    wrong
                })?;
                Value::from(duration_text(nanoseconds).as_str())
            }
            (Kind::TimeOrDuration, Value::Int(_) | Value::Float(_)) => {
                Value::Int(node.as_i64().ok_or_else(wrong)?)
            }
            (Kind::Quantity, Value::String(text)) => {
                Value::from(Quantity::parse(text).ok_or_else(wrong)?.canonical().as_str())
            }
            (Kind::Quantity, Value::Int(number)) => Value::from(number.to_string().as_str()),
            (Kind::Texts, Value::List(items)) => {
                if let Some(item) = items.iter().find(|item| item.as_str().is_none() && !item.is_null()) {
                    return Err(self.wrong(field.path, "a list of strings", item, from));
                }
                let text = |item: &Node| {
                    if item.is_null() { Node::new(Value::from(""), item.span()) } else { item.clone() }
                };
                Value::List(items.iter().map(text).collect())
            }
            (Kind::Ints, Value::List(items)) => {
                let inner = Field { path: field.path, kind: Kind::Int32, nil: Nil::Plain, since: 0 };
                let items: Result<Vec<Node>, Wrong> =
                    items.iter().map(|item| self.leaf(&inner, item, from)).collect();
                Value::List(items?.into())
            }
            (Kind::Taints | Kind::Priorities | Kind::Reservations | Kind::Modules, Value::List(items)) => {
                let items: Result<Vec<Node>, Wrong> =
                    items.iter().map(|item| self.object(field, item, from)).collect();
                Value::List(items?.into())
            }
            _ => return Err(wrong()),
        };
        Ok(Node::new(value, node.span()))
    }

    /// An object in a list: its known fields, with their zeros where these are written.
    fn object(&self, field: &Field, item: &Node, from: From) -> Result<Node, Wrong> {
        let wrong = |node: &Node, wanted: &str| self.wrong(field.path, wanted, node, from);
        if !item.is_null() && item.as_map().is_none() {
            return Err(wrong(item, "a list of maps"));
        }
        let get = |key: &str| {
            let exact = item.get(key);
            let folded =
                || item.as_map()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, v)| v);
            exact.or_else(|| if self.any_case { folded() } else { None }).filter(|value| !value.is_null())
        };
        let mut out: Vec<(Text, Node)> = Vec::new();
        for &(key, kind, always) in members(field.kind) {
            let inner = Field { path: field.path, kind, nil: Nil::Plain, since: 0 };
            let value = match get(key) {
                Some(value) if kind == Kind::TextMap => Some(self.limits(field, value, from)?),
                Some(value) => Some(self.leaf(&inner, value, from)?),
                None => super::state::zero(kind),
            };
            match value {
                Some(value) if always || !super::state::is_zero(&value) => out.push((Text::new(key), value)),
                None if always => out.push((Text::new(key), Node::NULL)),
                _ => {}
            }
        }
        Ok(Node::new(Value::Map(out.into_iter().collect::<Map>().into()), item.span()))
    }

    /// Amounts by name.
    fn limits(&self, field: &Field, node: &Node, from: From) -> Result<Node, Wrong> {
        let map = node.as_map().ok_or_else(|| self.wrong(field.path, "a map of amounts", node, from))?;
        let inner = Field { path: field.path, kind: Kind::Quantity, nil: Nil::Plain, since: 0 };
        let entries: Result<Map, Wrong> = map
            .entries()
            .iter()
            .map(|entry| Ok((entry.key.clone(), self.leaf(&inner, &entry.value, from)?)))
            .collect();
        Ok(Node::new(Value::Map(entries?.into()), node.span()))
    }

    fn wrong(&self, path: &str, wanted: &str, node: &Node, from: From) -> Wrong {
        let by = match from {
            From::Document(number) => self.documents.get(number).map(|document| document.at(node.span())),
            From::State => None,
        };
        let value = ironsides_tree::print::json(node);
        let value = if value.len() > 80 { node.shape().to_owned() } else { value };
        Wrong { why: format!("{path}: {value} is not {wanted}"), by }
    }

    /// Remembers of every field that a document names, what it says of it.
    pub(super) fn note(&self, number: usize, state: &mut State) {
        if let Some(document) = self.documents.get(number) {
            self.note_below("", &Tree::of(&document.root, From::Document(number)), document, state);
        }
    }

    fn note_below(&self, prefix: &str, tree: &Tree, document: &Document, state: &mut State) {
        let Tree::Map(map) = tree else { return };
        for (key, value) in map {
            match (self.find(prefix, key, state), value) {
                (Some(Found::Field(at, _)), Tree::Leaf(node, _)) => {
                    state.note(at, Given { value: node.clone(), by: document.at(node.span()) });
                }
                (Some(Found::Field(at, _)), Tree::Map(entries)) => {
                    let last = entries.values().rev().find_map(|entry| match entry {
                        Tree::Leaf(node, _) => Some(node.span()),
                        Tree::Map(_) => None,
                    });
                    let pairs = entries.iter().filter_map(|(key, entry)| match entry {
                        Tree::Leaf(node, _) => Some((key.clone(), node.clone())),
                        Tree::Map(_) => None,
                    });
                    let value = Node::bare(Value::Map(pairs.collect::<Map>().into()));
                    let by = document.at(last.unwrap_or(document.root.span()));
                    state.note(at, Given { value, by });
                }
                (Some(Found::Structure(path)), Tree::Map(_)) => self.note_below(path, value, document, state),
                (Some(Found::Structure(path)), Tree::Leaf(node, _)) if node.is_null() => {
                    for (at, field) in FIELDS.iter().enumerate() {
                        let below = field.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
                        if below && state.noted(at) {
                            state.note(at, Given { value: Node::NULL, by: document.at(node.span()) });
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// What a key means.
enum Found {
    /// A field.
    Field(usize, &'static Field),
    /// A structure, by its path.
    Structure(&'static str),
}

/// The fields of objects in lists, and whether they are written even if they are zero.
fn members(kind: Kind) -> &'static [(&'static str, Kind, bool)] {
    match kind {
        Kind::Taints => &[
            ("key", Kind::Text, true),
            ("value", Kind::Text, false),
            ("effect", Kind::Text, true),
            ("timeAdded", Kind::Text, false),
        ],
        Kind::Priorities => {
            &[("priority", Kind::Int32, true), ("shutdownGracePeriodSeconds", Kind::Int64, true)]
        }
        Kind::Reservations => &[("numaNode", Kind::Int32, true), ("limits", Kind::TextMap, true)],
        Kind::Modules => &[("filePattern", Kind::Text, true), ("verbosity", Kind::Uint32, true)],
        _ => &[],
    }
}

/// A kind in words.
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "a boolean",
        Kind::Int32 => "a whole number of 32 bits",
        Kind::Int64 => "a whole number",
        Kind::Uint32 => "a whole number from 0",
        Kind::Float => "a number",
        Kind::Text => "a string",
        Kind::Duration | Kind::TimeOrDuration => "a duration, which is a string",
        Kind::Quantity => "an amount",
        Kind::Texts => "a list of strings",
        Kind::Ints => "a list of whole numbers",
        Kind::TextMap => "a map of strings",
        Kind::BoolMap => "a map of booleans",
        Kind::TextsMap => "a map of lists",
        Kind::Modules | Kind::Priorities | Kind::Reservations | Kind::Taints => "a list of maps",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::OPTIONAL;
    use super::*;

    #[test]
    fn optional_structures_are_structures_of_fields() {
        for name in OPTIONAL {
            assert!(FIELDS.iter().any(|field| field.path.starts_with(&format!("{name}."))), "{name}");
        }
    }
}
