//! An object on its way through the API server: a tree that can be changed.

use std::sync::Arc;

use ironsides_tree::{Map, Node, Text, Value};

/// A value that can be changed. A zero value that Go would not write is absent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Draft {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text),
    List(Vec<Self>),
    Map(Vec<(Text, Self)>),
}

static NULL: Draft = Draft::Null;

impl Draft {
    pub(crate) fn map() -> Self {
        Self::Map(Vec::new())
    }

    /// A map of these entries.
    pub(crate) fn of<const N: usize>(entries: [(&'static str, Self); N]) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (Text::new_static(key), value)).collect())
    }

    pub(crate) fn get(&self, key: &str) -> &Self {
        match self {
            Self::Map(entries) => {
                entries.iter().find(|(known, _)| known == key).map_or(&NULL, |(_, value)| value)
            }
            _ => &NULL,
        }
    }

    pub(crate) fn at(&self, keys: &[&str]) -> &Self {
        keys.iter().fold(self, |node, key| node.get(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        !self.get(key).is_null()
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The string at a key; empty where there is none.
    pub(crate) fn str(&self, key: &str) -> &str {
        self.get(key).text()
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn is_true(&self, key: &str) -> bool {
        *self.get(key) == Self::Bool(true)
    }

    /// The items of a list; nothing for anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn entries(&self) -> &[(Text, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Neither absent nor an empty list, map or string.
    pub(crate) fn is_filled(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            _ => true,
        }
    }

    /// The value, unless it is absent or empty.
    pub(crate) fn into_filled(self) -> Option<Self> {
        self.is_filled().then_some(self)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match self {
            Self::Map(entries) => entries
                .iter_mut()
                .find(|(known, value)| known == key && !value.is_null())
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn at_mut(&mut self, keys: &[&str]) -> Option<&mut Self> {
        keys.iter().try_fold(self, |node, key| node.get_mut(key))
    }

    /// The map at a key, made where there is none.
    pub(crate) fn need(&mut self, key: &'static str) -> &mut Self {
        if !self.has(key) {
            self.set(key, Self::map());
        }
        match self {
            Self::Map(entries) => match entries.iter().position(|(known, _)| known == key) {
                Some(at) => &mut entries[at].1,
                None => unreachable_map(entries),
            },
            other => other,
        }
    }

    pub(crate) fn items_mut(&mut self, key: &str) -> &mut [Self] {
        match self.get_mut(key) {
            Some(Self::List(items)) => items,
            _ => &mut [],
        }
    }

    pub(crate) fn set(&mut self, key: &str, value: impl Into<Self>) {
        if let Self::Map(entries) = self {
            let value = value.into();
            match entries.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => *known = value,
                None => entries.push((Text::new(key), value)),
            }
        }
    }

    /// Sets what is absent.
    pub(crate) fn default(&mut self, key: &str, value: impl Into<Self>) {
        if !self.has(key) {
            self.set(key, value);
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Self::Map(entries) = self {
            entries.retain(|(known, _)| known != key);
        }
    }

    pub(crate) fn push(&mut self, key: &str, value: Self) {
        match self.get_mut(key) {
            Some(Self::List(items)) => items.push(value),
            _ => self.set(key, Self::List(vec![value])),
        }
    }

    /// As a tree.
    pub(crate) fn into_node(self) -> Node {
        let value = match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Float(value) => Value::Float(value),
            Self::Text(text) => Value::String(text),
            Self::List(items) => Value::List(items.into_iter().map(Self::into_node).collect()),
            Self::Map(entries) => Value::Map(Arc::new(
                entries.into_iter().map(|(key, value)| (key, value.into_node())).collect::<Map>(),
            )),
        };
        Node::bare(value)
    }

    /// From a tree, as it stands.
    pub(crate) fn from_node(node: &Node) -> Self {
        match node.value() {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::String(text) => Self::Text(text.clone()),
            Value::List(items) => Self::List(items.iter().map(Self::from_node).collect()),
            Value::Map(map) => Self::Map(
                map.entries()
                    .iter()
                    .map(|entry| (entry.key.clone(), Self::from_node(&entry.value)))
                    .collect(),
            ),
        }
    }
}

/// Only maps are asked for fields; this keeps the compiler content without a panic.
fn unreachable_map(entries: &mut Vec<(Text, Draft)>) -> &mut Draft {
    entries.push((Text::default(), Draft::map()));
    let last = entries.len() - 1;
    &mut entries[last].1
}

impl From<&str> for Draft {
    fn from(text: &str) -> Self {
        Self::Text(Text::new(text))
    }
}

impl From<String> for Draft {
    fn from(text: String) -> Self {
        Self::Text(Text::from(text))
    }
}

impl From<i64> for Draft {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Draft {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<bool> for Draft {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<Self>> for Draft {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items)
    }
}
