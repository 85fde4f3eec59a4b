//! Kubernetes objects made from recorded ones.

use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_core::{Object, Origin};
use ironsides_schema::{Kind, kinds};
use ironsides_tree::{Map, Node, Text, Value, parse_one};

/// A tree from JSON that serde has read.
pub(crate) fn tree(value: &serde_json::Value) -> Result<Node> {
    parse_one(&value.to_string()).context("a recorded value is not a document")
}

/// An object from its tree.
pub(crate) fn object(root: Node) -> Object {
    Object::new(root, Origin::Api { request: Arc::from("a recorded request") }, Vec::new())
}

/// A map of these entries; nulls are left out.
pub(crate) fn map(entries: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
    let map: Map = entries.map(|(key, value)| (Text::new_static(key), value)).collect();
    Node::bare(Value::Map(Arc::new(map)))
}

/// A map with one entry replaced or added; anything else becomes a map of that entry.
pub(crate) fn with(node: &Node, key: &str, value: Node) -> Node {
    let entries = node.as_map().into_iter().flat_map(Map::iter);
    let kept = entries.filter(|(known, _)| *known != key).map(|(key, value)| (Text::new(key), value.clone()));
    let map: Map = kept.chain(std::iter::once((Text::new(key), value))).collect();
    Node::bare(Value::Map(Arc::new(map)))
}

/// The same map with the value at the end of a chain of keys replaced or added.
pub(crate) fn with_at(node: &Node, keys: &[&str], value: Node) -> Node {
    match keys.split_first() {
        None => value,
        Some((key, rest)) => {
            let inner = node.get(key).unwrap_or(&Node::NULL);
            with(node, key, with_at(inner, rest, value))
        }
    }
}

/// The built-in kind of this name that holds a pod.
pub(crate) fn workload(name: &str) -> Result<&'static Kind> {
    let found = kinds().iter().find(|kind| kind.kind == name && kind.pod_template.is_some());
    found.with_context(|| format!("{name} holds no pod"))
}

/// What `apiVersion` says of a kind.
pub(crate) fn api_version(kind: &Kind) -> String {
    if kind.group.is_empty() { kind.version.to_owned() } else { format!("{}/{}", kind.group, kind.version) }
}

/// A pod in the template of an object of another kind; a Pod stays itself.
pub(crate) fn in_template(pod: &Node, kind: &Kind, name: &str) -> Node {
    let path = kind.pod_template.unwrap_or_default();
    if path.is_empty() {
        return pod.clone();
    }
    let take = |keys: &[&str]| pod.at(keys).cloned().unwrap_or(Node::NULL);
    let metadata =
        map([("annotations", take(&["metadata", "annotations"])), ("labels", take(&["metadata", "labels"]))]);
    let outer = map([
        ("apiVersion", text(&api_version(kind))),
        ("kind", text(kind.kind)),
        ("metadata", map([("name", text(name))])),
    ]);
    with_at(&outer, path, map([("metadata", metadata), ("spec", take(&["spec"]))]))
}

/// A string.
pub(crate) fn text(text: &str) -> Node {
    Node::bare(Value::from(text))
}
