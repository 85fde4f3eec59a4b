//! Trees to text, byte for byte as kustomize prints them, with marks.
//!
//! kustomize turns every object into JSON and that into YAML with go-yaml v2: keys in its natural order, comments gone,
//! scalars plain where they can be, lines folded at spaces behind column 80.

use std::sync::Arc;

use ironsides_core::{Cause, Mark};
use ironsides_tree::Span;
use rustc_hash::FxHashMap;

use super::node::{Field, Kind, Node};
use super::origin::{Link, Origin, Place};
use super::scalar::{Value, go_number};
use super::sources::Sources;
use crate::error::RenderError;

mod order;
mod text;

use text::{Style, Writer};

/// How deep a printed tree may nest.
const MAX_DEPTH: usize = 500;

/// The documents printed so far.
pub(super) struct Printer<'a> {
    sources: &'a Sources<'a>,
    writer: Writer,
    marks: Vec<Mark>,
    causes: FxHashMap<*const Link, Arc<[Cause]>>,
    none: Arc<[Cause]>,
    limit: usize,
    name: String,
}

impl<'a> Printer<'a> {
    pub(super) fn new(sources: &'a Sources<'a>, limit: usize) -> Self {
        Self {
            sources,
            writer: Writer::default(),
            marks: Vec::new(),
            causes: FxHashMap::default(),
            none: Vec::new().into(),
            limit,
            name: String::new(),
        }
    }

    /// Prints one document.
    pub(super) fn document(&mut self, name: String, root: &Node) -> Result<(), RenderError> {
        self.name = name;
        if !self.writer.text.is_empty() {
            self.writer.line("---");
        }
        self.node(root, -2, Around::Root, 0)?;
        self.writer.end_line();
        Ok(())
    }

    pub(super) fn finish(self) -> (String, Vec<Mark>) {
        (self.writer.text, self.marks)
    }

    fn node(&mut self, node: &Node, indent: i32, around: Around, depth: usize) -> Result<(), RenderError> {
        if depth > MAX_DEPTH {
            let message = format!("{}: maps and lists nest deeper than {MAX_DEPTH}", self.name);
            return Err(self.sources.error(node.origin.place, message, None));
        }
        if self.writer.text.len() > self.limit {
            let message = format!("it builds more than {} bytes", self.limit);
            return Err(self.sources.error(self.sources.whole(0), message, None));
        }
        match &node.kind {
            Kind::Scalar(scalar) => {
                let value = scalar.value().map_err(|(looks, tag)| {
                    let message = format!(
                        "{}: a value that is to be {} has become {}, which is {}",
                        self.name,
                        tag.name(),
                        scalar.text,
                        looks.name()
                    );
                    let hint =
                        "put the value in quotes where it stood first, or patch it with one of its own type";
                    self.sources.error(node.origin.place, message, Some(hint))
                })?;
                self.scalar(&value, node, indent)
            }
            Kind::List(items) if items.is_empty() => {
                self.token(&node.origin, |writer| writer.flow("[]"));
                Ok(())
            }
            Kind::Map(fields) if fields.is_empty() => {
                self.token(&node.origin, |writer| writer.flow("{}"));
                Ok(())
            }
            Kind::List(items) => self.list(node, items, indent, around, depth),
            Kind::Map(fields) => self.map(node, fields, indent, depth),
        }
    }

    fn list(
        &mut self,
        node: &Node,
        items: &[Node],
        indent: i32,
        around: Around,
        depth: usize,
    ) -> Result<(), RenderError> {
        // A list in a map stands as far left as its key, unless the map began in the same line.
        let own = if around == Around::Map && !self.writer.indention { indent } else { indent + 2 };
        let mut mark = Opened::Not;
        for item in items {
            self.writer.indent(own);
            if let Opened::Not = mark {
                mark = Opened::At(self.open(&node.origin));
            }
            self.writer.indicator("-", true, true);
            self.node(item, own, Around::List, depth + 1)?;
        }
        self.close(mark);
        Ok(())
    }

    fn map(&mut self, node: &Node, fields: &[Field], indent: i32, depth: usize) -> Result<(), RenderError> {
        let own = indent + 2;
        let mut sorted: Vec<&Field> = fields.iter().collect();
        sorted.sort_by(|a, b| order::natural(&a.key, &b.key));
        let mut mark = Opened::Not;
        for field in sorted {
            self.writer.indent(own);
            if let Opened::Not = mark {
                mark = Opened::At(self.open(&node.origin));
            }
            let origin = Origin { place: field.place, reasons: field.value.origin.reasons.clone() };
            if text::is_simple_key(&field.key) {
                self.token(&origin, |writer| writer.scalar(&field.key, Style::Plain, own, true));
                self.writer.indicator(":", false, false);
            } else {
                self.writer.indicator("?", true, true);
                self.token(&origin, |writer| writer.scalar(&field.key, Style::Plain, own, false));
                self.writer.indent(own);
                self.writer.indicator(":", true, true);
            }
            self.node(&field.value, own, Around::Map, depth + 1)?;
        }
        self.close(mark);
        Ok(())
    }

    fn scalar(&mut self, value: &Value, node: &Node, indent: i32) -> Result<(), RenderError> {
        let plain = match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) if value.is_finite() => go_number(*value),
            Value::Float(_) => {
                let message =
                    format!("{}: kustomize cannot print a number that is infinite or none", self.name);
                return Err(self.sources.error(node.origin.place, message, Some("put it in quotes")));
            }
            Value::String(text) => {
                self.token(&node.origin, |writer| writer.scalar(text, Style::Plain, indent, false));
                return Ok(());
            }
        };
        self.token(&node.origin, |writer| writer.scalar(&plain, Style::Known, indent, false));
        Ok(())
    }

    /// Writes something that gets a mark of its own.
    fn token(&mut self, origin: &Origin, write: impl FnOnce(&mut Writer) -> usize) {
        let mark = self.open(origin);
        let start = write(&mut self.writer);
        if let Some(mark) = mark.and_then(|mark| self.marks.get_mut(mark)) {
            mark.output = Span::new(start, self.writer.text.len());
        }
    }

    fn open(&mut self, origin: &Origin) -> Option<usize> {
        let Place { file, span } = origin.place;
        if !origin.place.is_some() {
            return None;
        }
        let causes = match &origin.reasons {
            None => self.none.clone(),
            Some(link) => {
                let sources = self.sources;
                let make = || origin.because().into_iter().map(|because| sources.cause(because)).collect();
                self.causes.entry(Arc::as_ptr(link)).or_insert_with(make).clone()
            }
        };
        let output = Span::new(self.writer.text.len(), self.writer.text.len());
        self.marks.push(Mark { output, file, span, causes });
        Some(self.marks.len() - 1)
    }

    fn close(&mut self, mark: Opened) {
        let end = self.writer.text.len();
        let Opened::At(Some(mark)) = mark else { return };
        if let Some(mark) = self.marks.get_mut(mark) {
            mark.output = Span::new(mark.output.start as usize, end);
        }
    }
}

/// What a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Root,
    Map,
    List,
}

/// The mark of a list or map, which begins with its first item.
#[derive(Clone, Copy)]
enum Opened {
    Not,
    /// The number of the mark, where it got one.
    At(Option<usize>),
}
