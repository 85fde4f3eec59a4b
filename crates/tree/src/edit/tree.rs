//! The same edits on trees: what a text must read as after them.

use std::sync::Arc;

use super::path::{OwnedPath, Part, text};
use super::{Edit, EditError};
use crate::map::{Entry, Map};
use crate::node::{Node, Value};
use crate::span::Span;

/// A tree with edits made on it, one after another.
pub fn apply_to(root: &Node, edits: &[Edit]) -> Result<Node, EditError> {
    edits.iter().try_fold(root.clone(), |root, edit| match edit {
        // The tree has the last of equal keys only.
        Edit::Unrepeat { .. } => Ok(root),
        edit => change(&root, edit, 0),
    })
}

fn change(node: &Node, edit: &Edit, depth: usize) -> Result<Node, EditError> {
    let path = edit.path();
    let Some(part) = path.parts().get(depth) else { return at_end(node, edit) };
    let last = depth + 1 == path.parts().len();
    match (node.value(), part) {
        (Value::Map(map), Part::Key(key)) => match map.entry(key) {
            Some(_) if last && matches!(edit, Edit::Remove { .. }) => {
                let kept = map.entries().iter().filter(|entry| entry.key != *key).cloned();
                Ok(of_map(kept.collect(), node.span()))
            }
            Some(found) => {
                let value = change(&found.value, edit, depth + 1)?;
                let entries = map.entries().iter().map(|entry| {
                    if entry.key == *key {
                        Entry { value: value.clone(), ..entry.clone() }
                    } else {
                        entry.clone()
                    }
                });
                Ok(of_map(entries.collect(), node.span()))
            }
            None => {
                let Some(value) = created(edit, depth + 1)? else { return Ok(node.clone()) };
                let added = Entry { key: key.clone(), key_span: Span::NONE, value };
                Ok(of_map(map.entries().iter().cloned().chain([added]).collect(), node.span()))
            }
        },
        (Value::List(items), &Part::Index(index)) => {
            let index = index as usize;
            let Some(item) = items.get(index) else {
                return if let Edit::Remove { .. } = edit {
                    Ok(node.clone())
                } else {
                    Err(no_item(path, depth, items.len(), 0))
                };
            };
            let mut items = items.to_vec();
            if last && matches!(edit, Edit::Remove { .. }) {
                items.remove(index);
            } else {
                let changed = change(item, edit, depth + 1)?;
                if let Some(item) = items.get_mut(index) {
                    *item = changed;
                }
            }
            Ok(Node::new(Value::List(items.into()), node.span()))
        }
        (Value::Null, _) => Ok(created(edit, depth)?.unwrap_or_else(|| node.clone())),
        _ if matches!(edit, Edit::Remove { .. }) => Ok(node.clone()),
        _ => Err(mismatch(path, depth, node, 0)),
    }
}

/// The value at the end of an edit's path, changed.
fn at_end(node: &Node, edit: &Edit) -> Result<Node, EditError> {
    match (edit, node.value()) {
        (Edit::Set { value, .. }, _) => Ok(value.clone()),
        (Edit::Append { value, .. }, Value::List(items)) => {
            Ok(Node::new(Value::List(items.iter().chain([value]).cloned().collect()), node.span()))
        }
        (Edit::Append { value, .. }, Value::Null) => Ok(list_of(value)),
        (Edit::Remove { path } | Edit::Unrepeat { path } | Edit::Append { path, .. }, _) => {
            Err(mismatch(path, path.parts().len(), node, 0))
        }
    }
}

/// What an edit puts where nothing is, from this depth of its path on; nothing for a removal.
pub(super) fn created(edit: &Edit, depth: usize) -> Result<Option<Node>, EditError> {
    let (path, value) = match edit {
        Edit::Set { path, value } => (path, value.clone()),
        Edit::Append { path, value } => (path, list_of(value)),
        Edit::Remove { .. } | Edit::Unrepeat { .. } => return Ok(None),
    };
    let missing = path.parts().get(depth..).unwrap_or_default();
    let nested = missing.iter().enumerate().rev().try_fold(value, |value, (at, part)| match part {
        Part::Key(key) => Ok(Node::bare(Value::Map(Arc::new([(key.clone(), value)].into_iter().collect())))),
        Part::Index(_) => Err(no_item(path, depth + at, 0, 0)),
    });
    nested.map(Some)
}

fn list_of(value: &Node) -> Node {
    Node::bare(Value::List(Arc::new([value.clone()])))
}

fn of_map(entries: Vec<Entry>, span: Span) -> Node {
    Node::new(Value::Map(Arc::new(Map::new(entries))), span)
}

/// The error for something of another shape than step number `depth` of a path wants.
pub(super) fn mismatch(path: &OwnedPath, depth: usize, found: &Node, line: u32) -> EditError {
    let wanted = match path.parts().get(depth) {
        Some(Part::Key(_)) => "map",
        None if depth == 0 => "part of a document",
        Some(Part::Index(_)) | None => "list",
    };
    let at = text(path.parts().get(..depth).unwrap_or_default());
    EditError::Mismatch { path: path.to_string(), at, line, found: found.shape(), wanted }
}

pub(super) fn no_item(path: &OwnedPath, depth: usize, count: usize, line: u32) -> EditError {
    let at = text(path.parts().get(..depth).unwrap_or_default());
    EditError::NoItem { path: path.to_string(), at, line, count }
}
