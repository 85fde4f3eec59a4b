//! Closes lists and maps, for both syntaxes.

use std::sync::Arc;

use crate::document::{Remark, RemarkKind};
use crate::map::{Entry, Map};
use crate::node::{Node, Value};
use crate::span::Span;

/// Closes a map: the last of equal keys wins, every earlier one is remarked on.
pub(crate) fn close_map(entries: Vec<Entry>, span: Span, remarks: &mut Vec<Remark>) -> Node {
    let map = Map::with_repeats(entries, |first, again| {
        let kind = RemarkKind::DuplicateKey { key: again.key.clone(), first: first.key_span };
        remarks.push(Remark { kind, span: again.key_span });
    });
    Node::new(Value::Map(Arc::new(map)), span)
}

/// Closes a list.
pub(crate) fn close_list(items: impl Iterator<Item = Node>, span: Span) -> Node {
    Node::new(Value::List(items.collect()), span)
}
