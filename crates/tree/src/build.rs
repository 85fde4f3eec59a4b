//! Puts a tree together from the outside in, for both syntaxes.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::document::{Remark, RemarkKind};
use crate::map::{Entry, Map};
use crate::node::{Node, Text, Value};
use crate::span::Span;

/// A list or map whose end has not been read yet.
pub(crate) enum Open {
    /// A list and its items so far.
    List { start: usize, items: Vec<Node>, anchor: usize, size: u64 },
    /// A map, its entries so far, and the key that waits for its value.
    Map { start: usize, entries: Vec<Entry>, key: Option<(Text, Span)>, anchor: usize, size: u64 },
}

impl Open {
    pub(crate) fn list(start: usize, anchor: usize, size: u64) -> Self {
        Self::List { start, items: Vec::new(), anchor, size }
    }

    pub(crate) fn map(start: usize, anchor: usize, size: u64) -> Self {
        Self::Map { start, entries: Vec::new(), key: None, anchor, size }
    }
}

/// Closes a map: the last of equal keys wins, every earlier one is remarked on.
pub(crate) fn close_map(entries: Vec<Entry>, span: Span, remarks: &mut Vec<Remark>) -> Node {
    remark_duplicates(&entries, remarks);
    Node::new(Value::Map(Arc::new(Map::new(entries))), span)
}

/// Closes a list.
pub(crate) fn close_list(items: Vec<Node>, span: Span) -> Node {
    Node::new(Value::List(items.into()), span)
}

fn remark_duplicates(entries: &[Entry], remarks: &mut Vec<Remark>) {
    // Most maps are small; looking back beats hashing until they are not.
    if entries.len() <= 12 {
        for (at, entry) in entries.iter().enumerate().skip(1) {
            if let Some(first) = entries[..at].iter().find(|earlier| earlier.key == entry.key) {
                remarks.push(duplicate(entry, first.key_span));
            }
        }
        return;
    }
    let mut seen = FxHashSet::default();
    for entry in entries {
        if !seen.insert(entry.key.as_str()) {
            let first = entries.iter().find(|earlier| earlier.key == entry.key).unwrap_or(entry);
            remarks.push(duplicate(entry, first.key_span));
        }
    }
}

fn duplicate(entry: &Entry, first: Span) -> Remark {
    Remark { kind: RemarkKind::DuplicateKey { key: entry.key.clone(), first }, span: entry.key_span }
}
