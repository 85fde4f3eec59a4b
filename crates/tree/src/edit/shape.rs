//! What a tree forgets and an edit needs: how and where every value of a document is written.

use rustc_hash::FxHashMap;

use crate::document::SyntaxError;
use crate::node::{Node, Text, Value};
use crate::scalar;
use crate::span::Span;
use crate::yaml::{EventKind, Fault, Parser, Style};

/// A value as it is written.
#[derive(Debug)]
pub(super) struct Shape {
    /// Where the value begins, anchor and tag included.
    pub(super) start: usize,
    /// Where the value itself begins.
    pub(super) value: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// The end of what stands before it: a dash, a colon, a bracket, a comma.
    pub(super) after: usize,
    pub(super) kind: ShapeKind,
}

#[derive(Debug)]
pub(super) enum ShapeKind {
    Scalar(Style),
    Alias,
    List { flow: bool, items: Vec<Shape> },
    Map { flow: bool, pairs: Vec<Pair> },
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Shape,
    /// The key as Kubernetes reads it; none for merge keys and keys with a tag or an alias.
    pub(super) name: Option<Text>,
    pub(super) value: Shape,
}

impl Shape {
    /// Whether this is written over lines of its own, without brackets.
    pub(super) fn is_block(&self) -> bool {
        matches!(self.kind, ShapeKind::List { flow: false, .. } | ShapeKind::Map { flow: false, .. })
    }

    /// Whether nothing is written at all.
    pub(super) fn is_unwritten(&self) -> bool {
        self.start == self.end
    }

    /// The scalar that is written last in this value.
    pub(super) fn last_leaf(&self) -> &Self {
        match &self.kind {
            ShapeKind::List { flow: false, items } => items.last().map_or(self, Self::last_leaf),
            ShapeKind::Map { flow: false, pairs } => pairs.last().map_or(self, |pair| pair.value.last_leaf()),
            _ => self,
        }
    }

    /// The shape of a JSON value. Of keys written twice only the last is there.
    pub(super) fn of_json(node: &Node) -> Self {
        let kind = match node.value() {
            Value::List(items) => {
                ShapeKind::List { flow: true, items: items.iter().map(Self::of_json).collect() }
            }
            Value::Map(map) => {
                let pairs = map.entries().iter().map(|entry| Pair {
                    key: Self::json(entry.key_span, ShapeKind::Scalar(Style::Double)),
                    name: Some(entry.key.clone()),
                    value: Self::of_json(&entry.value),
                });
                ShapeKind::Map { flow: true, pairs: pairs.collect() }
            }
            _ => ShapeKind::Scalar(Style::Plain),
        };
        Self::json(node.span(), kind)
    }

    fn json(span: Span, kind: ShapeKind) -> Self {
        let (start, end) = (span.start as usize, span.end as usize);
        Self { start, value: start, end, after: start, kind }
    }
}

/// A key that waits for its value.
type Key = (Shape, Option<Text>);

/// The shape of the one document in a YAML text, and where its comments are. None for an empty text.
pub(super) fn of_yaml(text: &str, depth: usize) -> Result<(Option<Shape>, Vec<Span>), SyntaxError> {
    let error = |fault: Fault| SyntaxError {
        message: fault.message.into_owned(),
        offset: u32::try_from(fault.at).unwrap_or(u32::MAX),
        document: 0,
        hint: fault.hint,
    };
    let mut parser = Parser::new(text, 0, depth);
    parser.keep_comments();
    let mut open: Vec<(Shape, Option<Key>)> = Vec::new();
    let mut root = None;
    let mut documents = 0;
    loop {
        let event = parser.next_event().map_err(error)?;
        let (value, end) = (event.span.start as usize, event.span.end as usize);
        let mut shape = Shape {
            start: event.start,
            value,
            end,
            after: event.after,
            kind: ShapeKind::Scalar(Style::Plain),
        };
        let mut name = None;
        match event.kind {
            EventKind::StreamEnd => break,
            EventKind::DocumentStart => {
                documents += 1;
                if documents > 1 {
                    return Err(error(Fault::new("another document begins here", value)));
                }
                continue;
            }
            EventKind::DocumentEnd => continue,
            EventKind::Alias(_) => shape.kind = ShapeKind::Alias,
            EventKind::Scalar(text, style) => {
                shape.kind = ShapeKind::Scalar(style);
                if event.tag.is_none() && !(style == Style::Plain && text == "<<") {
                    name = match style {
                        Style::Plain => scalar::key(&scalar::resolve(&text)),
                        _ => Some(Text::new(&text)),
                    };
                }
            }
            EventKind::ListStart { flow } => {
                shape.kind = ShapeKind::List { flow, items: Vec::new() };
                open.push((shape, None));
                continue;
            }
            EventKind::MapStart { flow } => {
                shape.kind = ShapeKind::Map { flow, pairs: Vec::new() };
                open.push((shape, None));
                continue;
            }
            EventKind::End => {
                let Some((closed, _)) = open.pop() else { continue };
                shape = closed;
                if !shape.is_block() {
                    shape.end = end;
                }
            }
        }
        match open.last_mut() {
            None => root = Some(shape),
            Some((above, waiting)) => {
                above.end = above.end.max(shape.end);
                match &mut above.kind {
                    ShapeKind::List { items, .. } => items.push(shape),
                    ShapeKind::Map { pairs, .. } => match waiting.take() {
                        None => *waiting = Some((shape, name)),
                        Some((key, name)) => pairs.push(Pair { key, name, value: shape }),
                    },
                    _ => {}
                }
            }
        }
    }
    Ok((root, parser.comments().to_vec()))
}

/// How often each comment stands in a text.
pub(super) fn count<'a>(text: &'a str, comments: &[Span]) -> FxHashMap<&'a str, usize> {
    let mut counts = FxHashMap::default();
    for comment in comments {
        *counts.entry(comment.slice(text).unwrap_or_default().trim_end()).or_default() += 1;
    }
    counts
}
