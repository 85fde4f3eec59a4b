//! Maps of a tree: string keys in written order, found fast.

use std::fmt;

use crate::node::{Node, Text};
use crate::span::Span;

/// From this many entries on a map carries an index instead of being searched from the front.
const INDEXED_FROM: usize = 17;

/// A map with unique string keys in the order they were written. Equality ignores the order.
#[derive(Clone, Default)]
pub struct Map {
    entries: Box<[Entry]>,
    /// Entry numbers in key order; empty for small maps.
    index: Box<[u32]>,
}

/// One key and its value.
#[derive(Clone)]
pub struct Entry {
    /// The key, as Kubernetes reads it: an unquoted `on` has become `true`, `0x10` has become `16`.
    pub key: Text,
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Map {
    /// A map of these entries. Where a key repeats, the last value wins and stays at its own place; whoever
    /// builds the map reports the repetition.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self::with_repeats(entries, |_, _| {})
    }

    /// A map of these entries. Of each entry whose key stood before, the reporter is told in written order:
    /// first where the key stood first, then the entry.
    pub(crate) fn with_repeats(mut entries: Vec<Entry>, mut report: impl FnMut(&Entry, &Entry)) -> Self {
        let Some(order) = sorted(&entries) else {
            for at in 1..entries.len() {
                let (before, entry) = (&entries[..at], &entries[at]);
                if let Some(first) = before.iter().find(|earlier| earlier.key == entry.key) {
                    report(first, entry);
                }
            }
            let mut at = 0;
            while at < entries.len() {
                if entries[at + 1..].iter().any(|later| later.key == entries[at].key) {
                    entries.remove(at);
                } else {
                    at += 1;
                }
            }
            return Self { entries: entries.into(), index: Box::default() };
        };
        // Equal keys stand next to each other, in written order.
        let mut repeats: Vec<(u32, u32)> = Vec::new();
        let mut last = vec![true; entries.len()];
        let mut first = order.first().copied().unwrap_or_default();
        for pair in order.windows(2) {
            let &[before, number] = pair else { continue };
            if entries[before as usize].key == entries[number as usize].key {
                repeats.push((number, first));
                last[before as usize] = false;
            } else {
                first = number;
            }
        }
        if repeats.is_empty() {
            return Self { entries: entries.into(), index: order.into() };
        }
        repeats.sort_unstable();
        for (number, first) in repeats {
            report(&entries[first as usize], &entries[number as usize]);
        }
        let mut keep = last.iter();
        entries.retain(|_| keep.next().copied().unwrap_or(true));
        let index = sorted(&entries).unwrap_or_default().into();
        Self { entries: entries.into(), index }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        if self.index.is_empty() {
            return self.entries.iter().find(|entry| entry.key == key);
        }
        let found =
            self.index.binary_search_by(|&number| self.entries[number as usize].key.as_str().cmp(key));
        found.ok().map(|at| &self.entries[self.index[at] as usize])
    }

    /// All entries in written order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Keys and values in written order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().map(|entry| (entry.key.as_str(), &entry.value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Entry numbers by key and then by place, for maps large enough to be indexed.
fn sorted(entries: &[Entry]) -> Option<Vec<u32>> {
    let count = u32::try_from(entries.len()).ok().filter(|_| entries.len() >= INDEXED_FROM)?;
    let mut order: Vec<u32> = (0..count).collect();
    order.sort_by(|&a, &b| entries[a as usize].key.cmp(&entries[b as usize].key).then(a.cmp(&b)));
    Some(order)
}

impl FromIterator<(Text, Node)> for Map {
    fn from_iter<I: IntoIterator<Item = (Text, Node)>>(pairs: I) -> Self {
        Self::new(pairs.into_iter().map(|(key, value)| Entry { key, key_span: Span::NONE, value }).collect())
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Value;

    fn map(keys: &[&str]) -> Map {
        keys.iter()
            .enumerate()
            .map(|(at, key)| (Text::new(key), Node::bare(Value::Int(i64::try_from(at).unwrap()))))
            .collect()
    }

    #[test]
    fn the_last_of_equal_keys_wins_in_small_and_large_maps() {
        assert_eq!(map(&["a", "b", "a"]).get("a").and_then(Node::as_i64), Some(2));
        let mut keys: Vec<String> = (0..40).map(|n| format!("k{n}")).collect();
        keys.push("k3".into());
        let large = map(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((large.len(), large.get("k3").and_then(Node::as_i64)), (40, Some(40)));
        assert_eq!(large.get("k39").and_then(Node::as_i64), Some(39));
        assert!(large.get("nothing").is_none());
    }

    #[test]
    fn equality_ignores_order() {
        let pairs = |keys: [&str; 2]| {
            keys.map(|key| (Text::new(key), Node::bare(key.into()))).into_iter().collect::<Map>()
        };
        assert_eq!(pairs(["a", "b"]), pairs(["b", "a"]));
        assert_ne!(pairs(["a", "b"]), pairs(["a", "c"]));
    }
}
