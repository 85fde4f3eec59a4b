//! The items of a rule file and their keys.

use ironsides_tree::{Entry, Node, Value};

/// The keys of an item.
pub(super) struct Item<'a> {
    pub(super) node: &'a Node,
    pub(super) entries: &'a [Entry],
}

impl<'a> Item<'a> {
    pub(super) fn of(node: &'a Node) -> Option<Self> {
        Some(Self { node, entries: node.as_map()?.entries() })
    }

    /// The value of a key, if it is written and not null.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).filter(|value| !value.is_null())
    }

    /// A key's value as a text; what YAML takes for a number or a boolean is the text that was written.
    pub(super) fn text(&self, key: &str, file: &str) -> Option<String> {
        self.get(key).and_then(|node| raw(node, file))
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(Node::as_bool)
    }
}

/// A scalar as a text.
pub(crate) fn text(node: &Node) -> Option<String> {
    match node.value() {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) => Some(ironsides_tree::print::number(*value)),
        _ => None,
    }
}

/// A scalar as it was written, for what YAML would change: `yes`, `0644`, `1.0`.
pub(crate) fn raw(node: &Node, file: &str) -> Option<String> {
    if let Some(text) = node.as_str() {
        return Some(text.to_owned());
    }
    if node.as_list().is_some() || node.as_map().is_some() {
        return None;
    }
    match node.span().slice(file) {
        Some(text) => Some(text.to_owned()),
        None => text(node),
    }
}

/// The keys that a rule can have.
pub(super) const RULE_KEYS: [&str; 15] = [
    "rule",
    "condition",
    "output",
    "desc",
    "priority",
    "source",
    "enabled",
    "tags",
    "exceptions",
    "append",
    "override",
    "capture",
    "capture_duration",
    "warn_evttypes",
    "skip-if-unknown-filter",
];

/// The keys that a correlation can have.
pub(super) const CORRELATION_KEYS: [&str; 25] = [
    "correlation",
    "desc",
    "type",
    "condition",
    "steps",
    "unless",
    "group-by",
    "field",
    "once-per",
    "timespan",
    "maxspan",
    "at-least",
    "quiet",
    "learn",
    "known",
    "limit",
    "output",
    "priority",
    "source",
    "enabled",
    "tags",
    "exceptions",
    "append",
    "override",
    "skip-if-unknown-filter",
];

/// The keys of a correlation that can be appended to, and those that can be replaced.
pub(super) const CORRELATION_APPENDS: [&str; 9] =
    ["condition", "steps", "unless", "output", "desc", "tags", "exceptions", "group-by", "known"];
pub(super) const CORRELATION_REPLACES: [&str; 20] = [
    "condition",
    "steps",
    "unless",
    "output",
    "desc",
    "priority",
    "tags",
    "exceptions",
    "group-by",
    "field",
    "once-per",
    "known",
    "timespan",
    "maxspan",
    "at-least",
    "quiet",
    "learn",
    "limit",
    "enabled",
    "skip-if-unknown-filter",
];

/// The keys of a rule that can be appended to, and those that can be replaced.
pub(super) const RULE_APPENDS: [&str; 5] = ["condition", "output", "desc", "tags", "exceptions"];
pub(super) const RULE_REPLACES: [&str; 11] = [
    "condition",
    "output",
    "desc",
    "priority",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "capture",
    "capture_duration",
];
