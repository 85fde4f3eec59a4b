//! JSON patches (RFC 6902) as kustomize applies them.

use std::sync::Arc;

use ironsides_tree::scalar::is_ambiguous;

use crate::error::RenderError;
use crate::kustomize::decode::{Named, Table};
use crate::kustomize::node::{Field, Kind, Node};
use crate::kustomize::origin::{Because, Origin, Place};
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::{Scalar, Tag, Value, json_number, tag_of};
use crate::kustomize::sources::Sources;

/// How many values an object may hold after a patch, and how deep they may nest.
const MOST: (usize, usize) = (2_000_000, 400);

/// One operation.
#[derive(Debug)]
pub(in crate::kustomize) struct Operation {
    op: String,
    path: Vec<String>,
    written: Named,
    from: Option<Vec<String>>,
    value: Option<Node>,
    place: Place,
}

impl Operation {
    /// Reads the operations of a patch.
    pub(in crate::kustomize) fn read_all(
        sources: &Sources<'_>,
        root: &Node,
    ) -> Result<Vec<Self>, RenderError> {
        let Kind::List(items) = &root.kind else {
            let message = format!("a JSON patch must be a list of operations, and is {}", root.shape());
            return Err(sources.error(root.origin.place, message, None));
        };
        items.iter().enumerate().map(|(at, item)| Self::read(sources, item, at)).collect()
    }

    fn read(sources: &Sources<'_>, item: &Node, at: usize) -> Result<Self, RenderError> {
        let table = Table::loose(sources, format!("operation {at} of the patch"), item)?;
        let op = table.string("op")?;
        if !["add", "remove", "replace", "move", "copy", "test"].contains(&op.as_str()) {
            let message = format!("{} has the op `{op}`", table.what());
            return Err(table.error(message, Some("it must be add, remove, replace, move, copy or test")));
        }
        let written = table.text("path")?.unwrap_or_else(|| Named::new("", item.origin.place));
        let from = table.text("from")?;
        if from.is_none() && matches!(op.as_str(), "move" | "copy") {
            return Err(table.error(format!("{} has no `from`", table.what()), None));
        }
        Ok(Self {
            op,
            path: pointer(&written.text),
            written,
            from: from.map(|from| pointer(&from.text)),
            value: item.get("value").cloned(),
            place: item.origin.place,
        })
    }
}

fn pointer(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

/// Applies operations to an object.
pub(super) fn apply(
    sources: &Sources<'_>,
    resource: &mut Resource,
    operations: &[Operation],
    because: &Arc<Because>,
) -> Result<(), RenderError> {
    let name = resource.id();
    // kustomize keeps its notes in annotations, so that they are there to patch.
    let notes = resource.has_notes();
    if notes {
        let origin = resource.node.origin.clone();
        if let Some(metadata) = resource.node.map_at("metadata", &origin) {
            metadata.map_at("annotations", &origin);
        }
    }
    normalise(&mut resource.node).map_err(|(place, message)| sources.error(place, message, None))?;
    for operation in operations {
        perform(&mut resource.node, operation, because).map_err(|why| {
            let Operation { op, written, .. } = operation;
            let message = format!("{}: cannot {op} {} of {name}: {why}", because.what, written.text);
            sources.error(
                if written.place.is_some() { written.place } else { operation.place },
                message,
                None,
            )
        })?;
        let (count, depth) = resource.node.size();
        if count > MOST.0 || depth > MOST.1 {
            let message =
                format!("{}: {name} grows beyond {} values or {} levels", because.what, MOST.0, MOST.1);
            return Err(sources.error(operation.place, message, None));
        }
    }
    if notes || resource.node.at(&["metadata", "annotations"]).is_some() {
        resource.settle("annotations");
    }
    Ok(())
}

fn perform(root: &mut Node, operation: &Operation, because: &Arc<Because>) -> Result<(), String> {
    let value = || {
        let mut node = operation
            .value
            .clone()
            .unwrap_or_else(|| Node::scalar(Scalar::null(), Origin::at(operation.place)));
        node.each_origin(&mut |origin| *origin = origin.and(because));
        node
    };
    match operation.op.as_str() {
        "add" => add(root, &operation.path, value()),
        "remove" => remove(root, &operation.path).map(drop),
        "replace" => {
            let Some(old) = find(root, &operation.path) else { return Err("nothing is there".to_owned()) };
            let mut new = value();
            new.origin = old.origin.rewritten(new.origin.place, because);
            *old = new;
            Ok(())
        }
        "test" => {
            let found = find(root, &operation.path).map(|node| &*node);
            let same = match (found, &operation.value) {
                (None, None) => true,
                (None, Some(value)) => value.is_null(),
                (Some(node), None) => node.is_null(),
                (Some(node), Some(value)) => equal(node, value),
            };
            if same { Ok(()) } else { Err("the value there is another one".to_owned()) }
        }
        "move" => {
            let moved = remove(root, operation.from.as_deref().unwrap_or_default())?;
            add(root, &operation.path, moved)
        }
        _ => {
            let from = operation.from.as_deref().unwrap_or_default();
            let Some(mut copied) = find(root, from).cloned() else {
                return Err("nothing is at `from`".to_owned());
            };
            copied.origin = copied.origin.and(because);
            add(root, &operation.path, copied)
        }
    }
}

/// The value at a path.
fn find<'n>(root: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter().try_fold(root, |node, part| match &mut node.kind {
        Kind::Map(fields) => fields.iter_mut().find(|field| field.key == part).map(|field| &mut field.value),
        Kind::List(items) => {
            let at = index(part, items.len())?;
            items.get_mut(at)
        }
        Kind::Scalar(_) => None,
    })
}

/// A place in a list; negative ones count from the end.
fn index(part: &str, length: usize) -> Option<usize> {
    let at: i64 = part.parse().ok()?;
    let at = if at < 0 { at + i64::try_from(length).ok()? } else { at };
    usize::try_from(at).ok()
}

fn add(root: &mut Node, path: &[String], value: Node) -> Result<(), String> {
    let Some((last, parent)) = path.split_last() else { return Err("the path is empty".to_owned()) };
    let Some(parent) = find(root, parent) else {
        return Err("what it would stand in is not there; add that first".to_owned());
    };
    match &mut parent.kind {
        Kind::Map(fields) => match fields.iter_mut().find(|field| field.key == last) {
            Some(field) => field.value = value,
            None => fields.push(Field::added(last.as_str(), value)),
        },
        Kind::List(items) => {
            let length = items.len();
            let at = if last == "-" { Some(length) } else { index(last, length + 1) };
            match at.filter(|&at| at <= length) {
                Some(at) => items.insert(at, value),
                None => return Err(format!("the list has {length} items, and {last} is not among them")),
            }
        }
        Kind::Scalar(_) => return Err("what it would stand in is a scalar".to_owned()),
    }
    Ok(())
}

fn remove(root: &mut Node, path: &[String]) -> Result<Node, String> {
    let missing = || "nothing is there".to_owned();
    let (last, parent) = path.split_last().ok_or_else(missing)?;
    let parent = find(root, parent).ok_or_else(missing)?;
    match &mut parent.kind {
        Kind::Map(_) => parent.remove(last).ok_or_else(missing),
        Kind::List(items) => {
            let at = index(last, items.len()).filter(|&at| at < items.len()).ok_or_else(missing)?;
            Ok(items.remove(at))
        }
        Kind::Scalar(_) => Err(missing()),
    }
}

fn equal(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Scalar(a), Kind::Scalar(b)) => a.value().ok() == b.value().ok(),
        (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Kind::Map(fields), Kind::Map(others)) => {
            fields.len() == others.len()
                && fields
                    .iter()
                    .all(|field| b.get(&field.key).is_some_and(|other| equal(&field.value, other)))
        }
        _ => false,
    }
}

/// Scalars after they went through JSON and back: what was quoted without need is plain now.
pub(in crate::kustomize) fn normalise(node: &mut Node) -> Result<(), (Place, String)> {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().try_for_each(normalise),
        Kind::Map(fields) => fields.iter_mut().try_for_each(|field| normalise(&mut field.value)),
        Kind::Scalar(scalar) => {
            let value = scalar.value().map_err(|(looks, tag)| {
                let message = format!("{} is {}, and is to be {}", scalar.text, looks.name(), tag.name());
                (node.origin.place, message)
            })?;
            *scalar = plain(value);
            Ok(())
        }
    }
}

/// A value as go-yaml v3 writes it.
fn plain(value: Value) -> Scalar {
    match value {
        Value::Null => Scalar::null(),
        Value::Bool(value) => Scalar::bool(value),
        Value::Int(value) => Scalar { text: value.to_string().into(), tag: Some(Tag::Int), quoted: false },
        Value::Float(value) => {
            Scalar { text: json_number(value).into(), tag: Some(Tag::Float), quoted: false }
        }
        Value::String(text) => {
            let quoted = tag_of(&text) != Tag::String || is_ambiguous(&text) || text.contains('\n');
            Scalar { text, tag: Some(Tag::String), quoted }
        }
    }
}
