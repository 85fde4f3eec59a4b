//! Edits as a JSON Patch (RFC 6902), for whoever has a tool for that.

use super::path::{OwnedPath, Part, step};
use super::{Edit, EditError, apply_to};
use crate::map::Map;
use crate::node::{Node, Value};

/// One operation of a JSON Patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `add`, `replace` or `remove`.
    pub op: &'static str,
    /// A JSON Pointer (RFC 6901).
    pub path: String,
    /// The value to put there; `None` with `remove`.
    pub value: Option<Node>,
}

/// The operations that do to `root` what the edits do, in order.
pub fn json_patch(root: &Node, edits: &[Edit]) -> Result<Vec<Operation>, EditError> {
    let mut operations = Vec::new();
    let mut tree = root.clone();
    for edit in edits {
        operation(&tree, edit, &mut operations);
        tree = apply_to(&tree, std::slice::from_ref(edit))?;
    }
    Ok(operations)
}

fn operation(root: &Node, edit: &Edit, operations: &mut Vec<Operation>) {
    let path = edit.path();
    let there = path.of(root);
    match edit {
        Edit::Remove { path } => {
            if there.is_some() {
                operations.push(Operation { op: "remove", path: pointer(path.parts()), value: None });
            }
        }
        // A tree has every key once.
        Edit::Unrepeat { .. } => {}
        Edit::Append { path, value } if there.is_some_and(|list| list.as_list().is_some()) => {
            let path = format!("{}/-", pointer(path.parts()));
            operations.push(Operation { op: "add", path, value: Some(value.clone()) });
        }
        Edit::Append { path, value } => {
            put(root, path, Node::bare(Value::List([value.clone()].into())), operations);
        }
        Edit::Set { path, value } => put(root, path, value.clone(), operations),
    }
}

/// Puts a value at a path. What is missing on the way is put there as a whole, for a JSON Patch makes no maps by itself.
fn put(root: &Node, path: &OwnedPath, value: Node, operations: &mut Vec<Operation>) {
    let parts = path.parts();
    let mut node = root;
    let mut depth = 0;
    while let Some(next) = parts.get(depth).and_then(|part| step(node, part)) {
        depth += 1;
        node = next;
        if node.is_null() {
            break;
        }
    }
    // Either something stands here, or this is the first step that leads nowhere.
    let (op, at) =
        if depth == parts.len() || node.is_null() { ("replace", depth) } else { ("add", depth + 1) };
    let missing = parts.get(at..).unwrap_or_default();
    let value = missing.iter().rev().fold(value, |value, part| match part {
        Part::Key(key) => {
            let map: Map = [(key.clone(), value)].into_iter().collect();
            Node::bare(Value::Map(std::sync::Arc::new(map)))
        }
        // No edit can lead into an item that is not there.
        Part::Index(_) => value,
    });
    let path = pointer(parts.get(..at).unwrap_or_default());
    operations.push(Operation { op, path, value: Some(value) });
}

fn pointer(parts: &[Part]) -> String {
    let mut text = String::with_capacity(64);
    for part in parts {
        text.push('/');
        match part {
            Part::Key(key) if key.contains(['~', '/']) => {
                text.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Part::Key(key) => text.push_str(key),
            Part::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_one;
    use crate::print::json;

    fn patch(text: &str, edits: &[Edit]) -> String {
        let operations = json_patch(&parse_one(text).unwrap(), edits).unwrap();
        let line = |operation: &Operation| {
            let value = operation.value.as_ref().map(json).unwrap_or_default();
            format!("{} {} {value}", operation.op, operation.path).trim_end().to_owned()
        };
        operations.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn path(keys: &[&str]) -> OwnedPath {
        OwnedPath::from(keys)
    }

    #[test]
    fn missing_maps_come_with_the_first_value_in_them() {
        let edits = [
            Edit::set(path(&["spec", "securityContext", "runAsNonRoot"]), Node::bare(true.into())),
            Edit::set(path(&["spec", "securityContext", "seccompProfile", "type"]), Node::bare("x".into())),
        ];
        assert_eq!(
            patch("spec: {}", &edits),
            "add /spec/securityContext {\"runAsNonRoot\":true}\n\
             add /spec/securityContext/seccompProfile {\"type\":\"x\"}"
        );
        assert_eq!(
            patch("spec:\n  securityContext:\n", &edits[..1]),
            "replace /spec/securityContext {\"runAsNonRoot\":true}"
        );
        assert_eq!(
            patch("spec: {securityContext: {runAsNonRoot: false}}", &edits[..1]),
            "replace /spec/securityContext/runAsNonRoot true"
        );
    }

    #[test]
    fn keys_are_escaped_and_lists_grow_at_the_end() {
        let key = path(&["metadata", "labels", "a/b~c"]);
        assert_eq!(
            patch("metadata: {labels: {a/b~c: x}}", &[Edit::remove(key)]),
            "remove /metadata/labels/a~1b~0c"
        );
        let list = path(&["add"]);
        let append = Edit::append(list, Node::bare("x".into()));
        assert_eq!(patch("add: [y]", std::slice::from_ref(&append)), "add /add/- \"x\"");
        assert_eq!(patch("{}", &[append.clone(), append]), "add /add [\"x\"]\nadd /add/- \"x\"");
        assert_eq!(patch("{}", &[Edit::remove(path(&["x"]))]), "");
    }
}
