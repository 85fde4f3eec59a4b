//! From what an edit says to what is done in the text: one small change at a time.

use super::block::Holder;
use super::flow;
use super::page::{Page, Splice};
use super::path::{OwnedPath, Part, step};
use super::shape::{Shape, ShapeKind};
use super::tree::{created, mismatch, no_item};
use super::{Edit, EditError};
use crate::node::{Node, Value};

/// The first thing that is still to do for an edit, itself an edit that changes one place; nothing when it is done.
pub(super) fn next_change(page: &Page<'_>, edit: &Edit) -> Result<Option<Edit>, EditError> {
    let path = edit.path();
    let mut node = &page.tree;
    for (depth, part) in path.parts().iter().enumerate() {
        if node.is_null() {
            let Some(value) = created(edit, depth)? else { return Ok(None) };
            return Ok(Some(Edit::Set { path: path.parts().iter().take(depth).cloned().collect(), value }));
        }
        node = match (step(node, part), node.value(), part) {
            (Some(next), ..) => next,
            _ if matches!(edit, Edit::Remove { .. } | Edit::Unrepeat { .. }) => return Ok(None),
            (None, Value::Map(_), Part::Key(_)) => {
                let Some(value) = created(edit, depth + 1)? else { return Ok(None) };
                return Ok(Some(Edit::Set {
                    path: path.parts().iter().take(depth + 1).cloned().collect(),
                    value,
                }));
            }
            (None, Value::List(items), Part::Index(_)) => {
                return Err(no_item(path, depth, items.len(), page.line_of(node)));
            }
            _ => return Err(mismatch(path, depth, node, page.line_of(node))),
        };
    }
    match edit {
        Edit::Set { value, .. } => Ok(difference(node, value, path.clone())),
        Edit::Remove { path } if path.parts().is_empty() => Err(mismatch(path, 0, node, page.line_of(node))),
        Edit::Append { path, value } => match node.value() {
            Value::List(_) => Ok(Some(edit.clone())),
            Value::Null => {
                let list = Value::List([value.clone()].into_iter().collect());
                Ok(Some(Edit::Set { path: path.clone(), value: Node::bare(list) }))
            }
            _ => Err(mismatch(path, path.parts().len(), node, page.line_of(node))),
        },
        Edit::Remove { .. } => Ok(Some(edit.clone())),
        Edit::Unrepeat { .. } => Ok(page.is_repeated(path).then(|| edit.clone())),
    }
}

/// The first change that brings one value nearer to another, so that what they share keeps its formatting.
fn difference(old: &Node, new: &Node, path: OwnedPath) -> Option<Edit> {
    if old == new {
        return None;
    }
    let whole = |path| Some(Edit::Set { path, value: new.clone() });
    match (old.value(), new.value()) {
        (Value::Map(was), Value::Map(becomes)) => {
            if !was.iter().any(|(key, _)| becomes.get(key).is_some()) {
                return whole(path);
            }
            let added = becomes.iter().find(|(key, _)| was.get(key).is_none());
            if let Some((key, value)) = added {
                return Some(Edit::Set { path: path.join(key.into()), value: value.clone() });
            }
            let changed = was
                .iter()
                .find_map(|(key, old)| becomes.get(key).filter(|new| *new != old).map(|new| (key, old, new)));
            if let Some((key, old, new)) = changed {
                return difference(old, new, path.join(key.into()));
            }
            let gone = was.iter().find(|(key, _)| becomes.get(key).is_none());
            gone.map(|(key, _)| Edit::Remove { path: path.join(key.into()) })
        }
        (Value::List(was), Value::List(becomes)) => {
            if was.is_empty() || becomes.is_empty() {
                return whole(path);
            }
            let index = |at: usize| Part::Index(u32::try_from(at).unwrap_or(u32::MAX));
            if becomes.len() < was.len() {
                // The first item that is not where it is wanted goes.
                let at =
                    was.iter().zip(becomes.iter()).position(|(old, new)| old != new).unwrap_or(becomes.len());
                return Some(Edit::Remove { path: path.join(index(at)) });
            }
            let changed = was.iter().zip(becomes.iter()).position(|(old, new)| old != new);
            match changed {
                Some(at) => difference(was.get(at)?, becomes.get(at)?, path.join(index(at))),
                None => becomes.get(was.len()).map(|value| Edit::Append { path, value: value.clone() }),
            }
        }
        _ => whole(path),
    }
}

/// What a path leads to in the text.
struct Found<'p> {
    holder: Holder,
    shape: &'p Shape,
}

impl Page<'_> {
    /// The pieces of text that one change replaces.
    pub(super) fn pieces(&self, change: &Edit) -> Result<Vec<Splice>, EditError> {
        let path = change.path();
        let Some((last, above)) = path.parts().split_last() else {
            let Edit::Set { value, .. } = change else { return self.append(change) };
            if let Some(shape) = &self.shape {
                return Ok(self.replace(shape, Holder::Root, value));
            }
            let end = self.text.len();
            let begin = if end == 0 || self.text.ends_with('\n') { "" } else { "\n" };
            let text = self.lines(&format!("{begin}{}", crate::print::yaml(value)));
            return Ok(vec![Splice::new(end..end, text)]);
        };
        match change {
            Edit::Append { .. } => self.append(change),
            Edit::Set { value, .. } => {
                let parent = self.find(path, above)?;
                if step_shape(parent.shape, last).is_some() {
                    let found = self.find(path, path.parts())?;
                    return Ok(self.replace(found.shape, found.holder, value));
                }
                let (ShapeKind::Map { flow, pairs }, Part::Key(key)) = (&parent.shape.kind, last) else {
                    return Err(self.shared(path, parent.shape));
                };
                if *flow && pairs.is_empty() && !matches!(parent.holder, Holder::Brackets { .. }) {
                    let map = [(key.clone(), value.clone())].into_iter().collect();
                    let map = Node::bare(Value::Map(std::sync::Arc::new(map)));
                    return Ok(self.replace(parent.shape, parent.holder, &map));
                }
                if *flow {
                    let elements = flow::pairs(self, pairs);
                    let render = |indent| self.pair_in_brackets(key, value, parent.shape.value, indent);
                    return Ok(flow::add(self, parent.shape, &elements, render));
                }
                let column = self.key_starts(pairs).first().map_or(0, |&start| self.column(start));
                Ok(self.add_key(parent.shape, column, key, value))
            }
            Edit::Remove { .. } | Edit::Unrepeat { .. } => {
                let parent = self.find(path, above)?;
                let Some(counts) = step_shape(parent.shape, last) else {
                    return Err(self.shared(path, parent.shape));
                };
                let kept = matches!(change, Edit::Unrepeat { .. }).then_some(counts);
                Ok(self.remove(&parent, last, kept))
            }
        }
    }

    fn append(&self, change: &Edit) -> Result<Vec<Splice>, EditError> {
        let Edit::Append { path, value } = change else { return Ok(Vec::new()) };
        let found = self.find(path, path.parts())?;
        let ShapeKind::List { flow, items } = &found.shape.kind else {
            return Err(self.shared(path, found.shape));
        };
        if *flow && items.is_empty() && !matches!(found.holder, Holder::Brackets { .. }) {
            let list = Node::bare(Value::List([value.clone()].into_iter().collect()));
            return Ok(self.replace(found.shape, found.holder, &list));
        }
        if *flow {
            let render = |indent| self.in_brackets(value, found.shape.value, indent);
            return Ok(flow::add(self, found.shape, &flow::items(items), render));
        }
        let column = items.first().map_or(0, |item| self.column(Self::dash(item)));
        Ok(self.add_item(found.shape, column, value))
    }

    /// Whether the key at the end of a path stands in its map more than once.
    fn is_repeated(&self, path: &OwnedPath) -> bool {
        let Some((Part::Key(key), above)) = path.parts().split_last() else { return false };
        self.find(path, above).is_ok_and(|parent| match &parent.shape.kind {
            ShapeKind::Map { pairs, .. } => {
                pairs.iter().filter(|pair| pair.name.as_ref() == Some(key)).count() > 1
            }
            _ => false,
        })
    }

    /// Removes an item, or every entry of a key but one that is kept.
    fn remove(&self, parent: &Found<'_>, last: &Part, kept: Option<usize>) -> Vec<Splice> {
        let (gone, starts, ends, flow): (Vec<usize>, Vec<usize>, Vec<usize>, bool) =
            match (&parent.shape.kind, last) {
                (ShapeKind::Map { flow, pairs }, Part::Key(key)) => {
                    let named = |at: &usize| {
                        Some(*at) != kept
                            && pairs.get(*at).is_some_and(|pair| pair.name.as_ref() == Some(key))
                    };
                    let gone = (0..pairs.len()).filter(named).collect();
                    (
                        gone,
                        self.key_starts(pairs),
                        flow::pairs(self, pairs).into_iter().map(|pair| pair.end).collect(),
                        *flow,
                    )
                }
                (ShapeKind::List { flow, items }, Part::Index(at)) => {
                    let starts = items.iter().map(|item| if *flow { item.start } else { Self::dash(item) });
                    (vec![*at as usize], starts.collect(), items.iter().map(|item| item.end).collect(), *flow)
                }
                _ => return Vec::new(),
            };
        if !flow && gone.len() == starts.len() {
            let empty = match last {
                Part::Key(_) => Value::Map(std::sync::Arc::default()),
                Part::Index(_) => Value::List([].into()),
            };
            return self.emptied(parent.shape, parent.holder, &Node::bare(empty));
        }
        let elements: Vec<_> = starts.iter().zip(&ends).map(|(start, end)| *start..*end).collect();
        let remove = |at: usize| match elements.get(at) {
            Some(_) if flow => flow::remove(self, parent.shape, &elements, at),
            Some(element) => self.remove_entry(&starts, at, element.end),
            None => Vec::new(),
        };
        gone.into_iter().flat_map(remove).collect()
    }

    /// Follows some parts of a path through the shapes.
    fn find<'p>(&'p self, path: &OwnedPath, parts: &[Part]) -> Result<Found<'p>, EditError> {
        let Some(root) = &self.shape else {
            return Err(EditError::Unsafe { path: path.to_string(), line: self.lines_before + 1 });
        };
        let mut found = Found { holder: Holder::Root, shape: root };
        if self.format == crate::document::Format::Json {
            found.holder = Holder::Brackets { colon: false };
        }
        for part in parts {
            let shared = || self.shared(path, found.shape);
            let at = step_shape(found.shape, part).ok_or_else(shared)?;
            found = match &found.shape.kind {
                ShapeKind::Map { flow, pairs } => {
                    let pair = pairs.get(at).ok_or_else(shared)?;
                    let holder = if *flow {
                        Holder::Brackets { colon: pair.value.after == pair.key.end }
                    } else {
                        Holder::Key(self.column(flow::start_of_key(self, &pair.key)))
                    };
                    Found { holder, shape: &pair.value }
                }
                ShapeKind::List { flow, items } => {
                    let shape = items.get(at).ok_or_else(shared)?;
                    let holder = if *flow {
                        Holder::Brackets { colon: false }
                    } else {
                        Holder::Item(self.column(Self::dash(shape)))
                    };
                    Found { holder, shape }
                }
                _ => return Err(shared()),
            };
        }
        if let ShapeKind::Alias = found.shape.kind
            && parts.len() < path.parts().len()
        {
            return Err(self.shared(path, found.shape));
        }
        Ok(found)
    }

    fn shared(&self, path: &OwnedPath, shape: &Shape) -> EditError {
        EditError::Shared { path: path.to_string(), line: self.line(shape.start) }
    }

    /// The line of a value, 0 where it has none.
    fn line_of(&self, node: &Node) -> u32 {
        if node.span().is_some() { self.line(node.span().start as usize) } else { 0 }
    }

    /// The whole lines of what an edit can touch: the innermost list or map above its target that exists.
    pub(super) fn reach(&self, edit: &Edit) -> (usize, usize) {
        let mut reach = (0, self.text.len());
        let Some(mut shape) = self.shape.as_ref() else { return reach };
        for (depth, part) in edit.path().parts().iter().enumerate() {
            if depth > 0 {
                reach = (self.line_start(shape.start), self.next_line(shape.end));
            }
            let Some(at) = step_shape(shape, part) else { break };
            let next = match &shape.kind {
                ShapeKind::Map { pairs, .. } => pairs.get(at).map(|pair| &pair.value),
                ShapeKind::List { items, .. } => items.get(at),
                _ => None,
            };
            let Some(next) = next else { break };
            shape = next;
        }
        reach
    }
}

/// The number of the entry or item that a part leads to. Of a key written twice it is the last.
fn step_shape(shape: &Shape, part: &Part) -> Option<usize> {
    match (&shape.kind, part) {
        (ShapeKind::Map { pairs, .. }, Part::Key(key)) => {
            pairs.iter().rposition(|pair| pair.name.as_ref() == Some(key))
        }
        (ShapeKind::List { items, .. }, Part::Index(index)) => {
            Some(*index as usize).filter(|at| *at < items.len())
        }
        _ => None,
    }
}
