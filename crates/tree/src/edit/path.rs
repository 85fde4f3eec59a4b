//! Paths that own their keys, since an edit outlives the tree it was found in.

use std::fmt;

use crate::cursor::{Path, Segment};
use crate::document::Document;
use crate::node::{Node, Text, Value};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Into a map.
    Key(Text),
    /// Into a list, from 0.
    Index(u32),
}

/// A path from the root of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnedPath(Vec<Part>);

impl OwnedPath {
    /// The steps from the root.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// This path and one more step.
    #[must_use]
    pub fn join(&self, part: Part) -> Self {
        let mut longer = self.clone();
        longer.0.push(part);
        longer
    }

    /// A path inside `found`, which may be an object out of a list, as a path from the root of what was written.
    pub fn inside(found: &Document, path: &Path<'_>) -> Self {
        let item = found.item.into_iter().flat_map(|item| [Part::Key("items".into()), Part::Index(item)]);
        Self(item.chain(path.segments().iter().map(Part::from)).collect())
    }

    /// The value at this path, where there is one.
    pub fn of<'a>(&self, root: &'a Node) -> Option<&'a Node> {
        self.0.iter().try_fold(root, |node, part| step(node, part))
    }
}

/// The value one step further.
pub(super) fn step<'a>(node: &'a Node, part: &Part) -> Option<&'a Node> {
    match (node.value(), part) {
        (Value::Map(map), Part::Key(key)) => map.get(key),
        (Value::List(items), Part::Index(index)) => items.get(*index as usize),
        _ => None,
    }
}

/// Some steps, printed as Kubernetes prints paths.
pub(super) fn text(parts: &[Part]) -> String {
    if parts.is_empty() {
        return "the document".into();
    }
    let segments = parts.iter().map(|part| match part {
        Part::Key(key) => Segment::Key(key),
        Part::Index(index) => Segment::Index(*index),
    });
    segments.collect::<Path<'_>>().to_string()
}

impl From<&Segment<'_>> for Part {
    fn from(segment: &Segment<'_>) -> Self {
        match segment {
            Segment::Key(key) => Self::Key(Text::new(key)),
            Segment::Index(index) => Self::Index(*index),
        }
    }
}

impl From<&str> for Part {
    fn from(key: &str) -> Self {
        Self::Key(Text::new(key))
    }
}

impl From<u32> for Part {
    fn from(index: u32) -> Self {
        Self::Index(index)
    }
}

impl From<&Path<'_>> for OwnedPath {
    fn from(path: &Path<'_>) -> Self {
        Self(path.segments().iter().map(Part::from).collect())
    }
}

impl From<&[&str]> for OwnedPath {
    fn from(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| Part::from(*key)).collect())
    }
}

impl<const N: usize> From<[Part; N]> for OwnedPath {
    fn from(parts: [Part; N]) -> Self {
        Self(parts.into())
    }
}

impl FromIterator<Part> for OwnedPath {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl fmt::Display for OwnedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(&self.0))
    }
}
