//! The one tree that every engine reads.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::map::Map;
use crate::span::Span;

/// A string in a tree. Short ones are held in place, long ones are shared; cloning never copies much.
pub type Text = SmolStr;

/// A value and the place where it was written. Cloning is cheap: lists and maps are shared.
///
/// Two nodes are equal when their values are, wherever they were written; maps compare without order.
#[derive(Clone)]
pub struct Node {
    value: Value,
    span: Span,
}

/// What a node holds. The seven shapes are JSON's, with integers kept apart from other numbers.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A boolean; unquoted `yes`, `on`, `y` and their like are booleans to Kubernetes.
    Bool(bool),
    /// A whole number that fits 64 signed bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(Text),
    /// A list.
    List(Arc<[Node]>),
    /// A map with string keys, in the order they were written.
    Map(Arc<Map>),
}

impl Node {
    /// A node written at `span`.
    pub fn new(value: Value, span: Span) -> Self {
        Self { value, span }
    }

    /// A node that did not come from text.
    pub fn bare(value: Value) -> Self {
        Self { value, span: Span::NONE }
    }

    /// The null node, for places where nothing was written.
    pub const NULL: Self = Self { value: Value::Null, span: Span::NONE };

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Where it was written: a scalar's text without its quotes' outside, a map or list from its first to its
    /// last byte.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The value of `key` where this is a map that has it. A null value counts as there.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// Follows keys through nested maps.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Whether this is null. The API server treats a null field like an absent one.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The boolean, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, where this is one; `30.0` is one too, as YAML bodies are read by the API server.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::float_cmp,
        reason = "checked to be whole and in range"
    )]
    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            Value::Float(value) if value.trunc() == value && value.abs() < 9.0e18 => Some(value as i64),
            _ => None,
        }
    }

    /// The number, where this is one.
    #[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are approximate, as in JSON")]
    pub fn as_f64(&self) -> Option<f64> {
        match self.value {
            Value::Int(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The string, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(value) => Some(value),
            _ => None,
        }
    }

    /// The items, where this is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, where this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> &[Self] {
        self.as_list().unwrap_or_default()
    }

    /// The shape in the words users know: `null`, `boolean`, `integer`, `number`, `string`, `list`, `map`.
    pub fn shape(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::List(_) => "list",
            Value::Map(_) => "map",
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
            (Value::String(a), Value::String(b)) => a == b,
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::String(value) => write!(f, "{value:?}"),
            Value::List(items) => f.debug_list().entries(items.iter()).finish(),
            Value::Map(map) => map.fmt(f),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(Text::new(text))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stay_small() {
        assert!(size_of::<Node>() <= 40, "{} bytes", size_of::<Node>());
    }
}
