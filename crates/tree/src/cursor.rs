//! A place in a tree: the path that leads there and the value, if there is one.

use std::fmt;

use smallvec::SmallVec;

use crate::map::Map;
use crate::node::Node;
use crate::span::Span;

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment<'a> {
    /// Into a map.
    Key(&'a str),
    /// Into a list, from 0.
    Index(u32),
}

/// A path from the root of a document, printed as Kubernetes prints field paths:
/// `spec.containers[0].securityContext`, `metadata.annotations[example.com/a]`.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Path<'a>(SmallVec<[Segment<'a>; 10]>);

impl Clone for Path<'_> {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl<'a> Path<'a> {
    /// The steps from the root.
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.0
    }

    /// This path and one more step.
    #[must_use]
    pub fn join(&self, segment: Segment<'a>) -> Self {
        // Segments are plain bytes: copying them at once is much cheaper than cloning one by one.
        let mut longer = SmallVec::new();
        longer.extend_from_slice(&self.0);
        longer.push(segment);
        Self(longer)
    }

    /// The path as it is printed, made without the detour through a formatter.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(80);
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if is_bracketed(key) => {
                    text.push('[');
                    text.push_str(key);
                    text.push(']');
                }
                Segment::Key(key) => {
                    if at > 0 {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Segment::Index(index) => {
                    text.push('[');
                    text.push_str(&index.to_string());
                    text.push(']');
                }
            }
        }
        text
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<Segment<'a>> for Path<'a> {
    fn from_iter<I: IntoIterator<Item = Segment<'a>>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

/// Whether a key would read as more than one step of a path, and stands in brackets.
fn is_bracketed(key: &str) -> bool {
    key.is_empty() || key.bytes().any(|byte| matches!(byte, b'.' | b'/' | b'[' | b' '))
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A place in a tree, whether or not a value stands there. Walking past the end keeps the path going and
/// remembers the nearest thing that was written, so that an absent field can still be pointed at.
#[derive(Clone)]
pub struct Cursor<'a> {
    path: Path<'a>,
    node: Option<&'a Node>,
    mark: Span,
}

impl<'a> Cursor<'a> {
    /// The root of a document.
    pub fn root(node: &'a Node) -> Self {
        Self { path: Path::default(), node: Some(node), mark: node.span() }
    }

    /// The field `key` of this map. A null counts as absent, as it does for the API server.
    #[must_use]
    pub fn get(&self, key: &'a str) -> Self {
        self.at(&[key])
    }

    /// The field at the end of a chain of keys.
    #[must_use]
    pub fn at(&self, keys: &[&'a str]) -> Self {
        let mut path = SmallVec::new();
        path.extend_from_slice(&self.path.0);
        let (mut node, mut mark) = (self.node, self.mark);
        for &key in keys {
            path.push(Segment::Key(key));
            let entry = node.and_then(Node::as_map).and_then(|map| map.entry(key));
            node = entry.map(|entry| &entry.value).filter(|value| !value.is_null());
            match (entry, node) {
                // A map or list begins on the line of its key for whoever looks for it.
                (Some(entry), Some(value)) if value.as_map().is_some() || value.as_list().is_some() => {
                    mark = entry.key_span;
                }
                (Some(_), Some(value)) => mark = value.span(),
                (Some(entry), None) => mark = entry.key_span,
                (None, _) => {}
            }
        }
        Self { path: Path(path), node, mark }
    }

    /// The items of this list; nothing where it is absent or no list. Null items are passed over.
    pub fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        self.slots().filter(Self::is_set)
    }

    /// The items of this list as [`Self::items`] has them, with the null ones too, in whose place no value stands: the API
    /// server reads a null in a list of objects as an object without fields.
    pub fn slots(&self) -> impl Iterator<Item = Self> + use<'a> {
        let items = self.node.map(Node::items).unwrap_or_default();
        let path = self.path.clone();
        items.iter().enumerate().map(move |(at, item)| Self {
            path: path.join(Segment::Index(u32::try_from(at).unwrap_or(u32::MAX))),
            node: Some(item).filter(|item| !item.is_null()),
            mark: item
                .as_map()
                .and_then(|map| map.entries().first())
                .map_or(item.span(), |first| first.key_span),
        })
    }

    /// The entries of this map in written order, nulls passed over.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        let map = self.node.and_then(Node::as_map);
        let path = self.path.clone();
        map.into_iter().flat_map(Map::entries).filter(|entry| !entry.value.is_null()).map(move |entry| {
            let path = path.join(Segment::Key(&entry.key));
            (entry.key.as_str(), Self { path, node: Some(&entry.value), mark: entry.key_span })
        })
    }

    /// The path from the root.
    pub fn path(&self) -> &Path<'a> {
        &self.path
    }

    /// The value, unless it is absent or null.
    pub fn node(&self) -> Option<&'a Node> {
        self.node
    }

    /// Whether a value other than null stands here.
    pub fn is_set(&self) -> bool {
        self.node.is_some()
    }

    /// The boolean here.
    pub fn bool(&self) -> Option<bool> {
        self.node.and_then(Node::as_bool)
    }

    /// Whether exactly this boolean stands here.
    pub fn is(&self, value: bool) -> bool {
        self.bool() == Some(value)
    }

    /// The whole number here.
    pub fn int(&self) -> Option<i64> {
        self.node.and_then(Node::as_i64)
    }

    /// The string here.
    pub fn str(&self) -> Option<&'a str> {
        self.node.and_then(Node::as_str)
    }

    /// Where to point: the scalar itself, the key of a map or list, or for an absent value the nearest thing
    /// above it that was written. [`Span::NONE`] where the tree has no text.
    pub fn mark(&self) -> Span {
        self.mark
    }
}

impl fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.path, self.node)
    }
}
