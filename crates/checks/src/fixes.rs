//! The words in which a check says how a finding is closed:
//! `draft.safe_fix("set imagePullPolicy to Always", || [set(&at, "Always")])`.
//!
//! A fix is safe only where no program could have relied on what it takes away; everything else is unsafe, and says
//! what to try first. Where the value is a matter of taste (a user id, an amount of memory), there is no fix.

use std::sync::Arc;

use ironsides_tree::edit::{Edit, OwnedPath};
use ironsides_tree::{Cursor, Map, Node, Text, Value};

/// A value that a fix writes: a boolean, a number, a string, a list of strings, a map of strings.
pub(crate) struct Literal(Node);

/// Puts a value at a place, whether or not one stands there. Maps that are missing on the way are created.
pub(crate) fn set(at: &Cursor<'_>, value: impl Into<Literal>) -> Edit {
    Edit::set(at.path(), value.into().0)
}

/// Takes away what stands at a place: a key, or an item of a list.
pub(crate) fn remove(at: &Cursor<'_>) -> Edit {
    Edit::remove(at.path())
}

/// Puts a value behind the last item of the list at a place. A list that is missing is created.
pub(crate) fn append(at: &Cursor<'_>, value: impl Into<Literal>) -> Edit {
    Edit::append(OwnedPath::from(at.path()), value.into().0)
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self(Node::bare(value.into()))
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self(Node::bare(value.into()))
    }
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Self(Node::bare(value.into()))
    }
}

impl From<Node> for Literal {
    fn from(value: Node) -> Self {
        Self(value)
    }
}

impl<const N: usize> From<[&str; N]> for Literal {
    fn from(items: [&str; N]) -> Self {
        Self(Node::bare(Value::List(items.into_iter().map(|item| Node::bare(item.into())).collect())))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Literal {
    fn from(entries: [(&str, &str); N]) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (Text::new(key), Node::bare(value.into())));
        Self(Node::bare(Value::Map(Arc::new(entries.collect::<Map>()))))
    }
}
