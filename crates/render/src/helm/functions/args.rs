//! The arguments of a function.

use std::borrow::Cow;
use std::rc::Rc;

use crate::helm::value::{Map, Slot, Value};

/// The arguments of a function, whose types were checked.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a>(pub(crate) &'a [Slot]);

impl<'a> Args<'a> {
    pub(crate) fn slot(self, at: usize) -> Slot {
        self.0.get(at).cloned().unwrap_or_default()
    }

    pub(crate) fn value(self, at: usize) -> &'a Value {
        self.0.get(at).map_or(&Value::Nil, |slot| &slot.value)
    }

    pub(crate) fn from(self, at: usize) -> &'a [Slot] {
        self.0.get(at..).unwrap_or_default()
    }

    pub(crate) fn values(self, at: usize) -> Vec<&'a Value> {
        self.from(at).iter().map(|slot| &slot.value).collect()
    }

    /// The text of a string; bytes that are no UTF-8 are replaced.
    pub(crate) fn text(self, at: usize) -> Cow<'a, str> {
        match self.value(at) {
            Value::Str(text) => Cow::Borrowed(&text.text),
            Value::Binary(bytes) => String::from_utf8_lossy(bytes),
            _ => Cow::Borrowed(""),
        }
    }

    pub(crate) fn bytes(self, at: usize) -> &'a [u8] {
        self.value(at).as_bytes().unwrap_or_default()
    }

    pub(crate) fn int(self, at: usize) -> i64 {
        match self.value(at) {
            Value::Int(value, _) => *value,
            _ => 0,
        }
    }

    pub(crate) fn float(self, at: usize) -> f64 {
        match self.value(at) {
            Value::Float(value) => *value,
            _ => 0.0,
        }
    }

    pub(crate) fn bool(self, at: usize) -> bool {
        matches!(self.value(at), Value::Bool(true))
    }

    /// The map; `None` for a nil one.
    pub(crate) fn map(self, at: usize) -> Option<&'a Rc<Map>> {
        match self.value(at) {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }
}
