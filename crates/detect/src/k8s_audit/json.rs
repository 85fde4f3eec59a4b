//! JSON as audit events hold it, whoever parsed it.

use std::borrow::Cow;

use ironsides_tree::{Node, Value, print};

use super::known::Known;

/// A place in a JSON document. Cheap to copy; a reader that borrows from the log's own bytes can stand behind it as
/// well as a tree.
pub trait Json<'a>: Copy + 'a {
    /// The value of a key, where this is an object that has it.
    fn member(self, key: &str) -> Option<Self>;

    /// What stands at a place that is known, if this is an event whose reader noted where that is. `None` where it is to
    /// be looked for key by key.
    fn known(self, place: Known) -> Option<Option<Self>> {
        let _ = place;
        None
    }

    /// The items, where this is a list.
    fn items(self) -> Option<impl Iterator<Item = Self>>;

    /// The keys, where this is an object.
    fn keys(self) -> Option<impl Iterator<Item = Cow<'a, str>>>;

    /// What stands here.
    fn shape(self) -> Shape<'a>;

    /// Whether null stands here.
    fn is_null(self) -> bool {
        self.shape() == Shape::Null
    }

    /// The value as compact JSON.
    fn text(self) -> Cow<'a, str>;
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape<'a> {
    /// Null.
    Null,
    /// A text.
    Text(Cow<'a, str>),
    /// True or false.
    Bool(bool),
    /// A number, a list or an object.
    Other,
}

impl<'a> Json<'a> for &'a Node {
    fn member(self, key: &str) -> Option<Self> {
        self.get(key)
    }

    fn items(self) -> Option<impl Iterator<Item = Self>> {
        self.as_list().map(<[Node]>::iter)
    }

    fn keys(self) -> Option<impl Iterator<Item = Cow<'a, str>>> {
        self.as_map().map(|map| map.iter().map(|(key, _)| Cow::Borrowed(key)))
    }

    fn shape(self) -> Shape<'a> {
        match self.value() {
            Value::Null => Shape::Null,
            Value::String(text) => Shape::Text(Cow::Borrowed(text.as_str())),
            Value::Bool(value) => Shape::Bool(*value),
            _ => Shape::Other,
        }
    }

    fn text(self) -> Cow<'a, str> {
        Cow::Owned(print::json(self))
    }
}
