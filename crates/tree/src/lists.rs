//! Lists of objects, as `kubectl get -o yaml` and the API return them, taken apart.

use std::sync::Arc;

use crate::document::{Document, Limits, Remark};
use crate::map::{Entry, Map};
use crate::node::{Node, Text, Value};
use crate::span::Span;

/// Whether a node names its own kind.
pub(crate) fn is_object(node: &Node) -> bool {
    let named = |key| node.get(key).is_some_and(|value| value.as_str().is_some());
    named("kind") && named("apiVersion")
}

/// Splits what is left of a list into its objects. The items of a typed list (`PodList`, as the API returns
/// it) carry no kind of their own; they are given the list's.
pub(crate) fn split(
    root: Node,
    number: u32,
    split: u32,
    remarks: Vec<Remark>,
    limits: Limits,
) -> Vec<Document> {
    let whole = |root, remarks, envelope| Document { root, number, item: None, envelope, remarks };
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
    let is_list = kind.ends_with("List") && root.get("items").is_some();
    if !limits.split_lists || !is_list && split == 0 {
        return vec![whole(root, remarks, false)];
    }
    let items = root.get("items").and_then(Node::as_list).unwrap_or_default();
    let item_kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
    let mut documents = Vec::with_capacity(items.len() + 1);
    for (at, item) in items.iter().enumerate() {
        let named = match (item.as_map(), item_kind) {
            (Some(map), Some(kind)) if !is_object(item) => typed(&root, kind, map, item.span()),
            _ => item.clone(),
        };
        let item = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(split);
        documents.push(Document {
            root: named,
            number,
            item: Some(item),
            envelope: false,
            remarks: Vec::new(),
        });
    }
    documents.push(whole(root, remarks, true));
    documents
}

/// The objects of a list that was read as a whole. The items of a typed list (`PodList`) are given its kind.
pub fn items(list: &Node) -> Vec<Node> {
    let split = split(list.clone(), 0, 0, Vec::new(), Limits { split_lists: true, ..Limits::default() });
    split.into_iter().filter(|document| !document.envelope).map(|document| document.root).collect()
}

/// An item that is told its kind by its list.
fn typed(list: &Node, kind: &str, item: &Map, span: Span) -> Node {
    let api_version = list.get("apiVersion").cloned().unwrap_or(Node::NULL);
    let mut entries = vec![
        Entry { key: Text::new_static("apiVersion"), key_span: Span::NONE, value: api_version },
        Entry { key: Text::new_static("kind"), key_span: Span::NONE, value: Node::bare(kind.into()) },
    ];
    entries.extend(item.entries().iter().cloned());
    Node::new(Value::Map(Arc::new(Map::new(entries))), span)
}
