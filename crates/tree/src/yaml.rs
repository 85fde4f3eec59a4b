//! YAML events to trees.

use std::borrow::Cow;
use std::collections::VecDeque;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span as Marks, StrInput, Tag};
use rustc_hash::FxHashMap;

use crate::build::{Open, close_list, close_map};
use crate::document::{Document, Limits, Remark, RemarkKind, SyntaxError};
use crate::map::Entry;
use crate::node::{Node, Text, Value};
use crate::scalar;
use crate::span::Span;

const TEMPLATE_HINT: &str = "this looks like a template; render it first (helm template …) and scan the result";

/// The documents of a YAML stream. Objects of lists are handed out as they are read.
pub(crate) struct YamlDocuments<'a> {
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    limits: Limits,
    ready: VecDeque<Document>,
    number: u32,
    state: State,
    finished: bool,
}

/// What belongs to the document being read.
#[derive(Default)]
struct State {
    open: Vec<Open>,
    anchors: FxHashMap<usize, (Node, u64)>,
    /// Values read so far, with what aliases expand to.
    size: u64,
    /// Values that aliases expanded to.
    expanded: u64,
    remarks: Vec<Remark>,
    /// Objects handed out of the `items` of a list.
    split: u32,
    root: Option<Node>,
}

type Step = Result<(), SyntaxError>;

impl<'a> YamlDocuments<'a> {
    pub(crate) fn new(text: &'a str, limits: Limits) -> Self {
        let mut options = Options::default();
        options.emit_comments = false;
        options.flow_nesting_limit = limits.depth;
        options.block_nesting_limit = limits.depth;
        // As libyaml, and with it Kubernetes, reads a block scalar at the very end of a file.
        options.block_scalar_eof_without_line_feed = true;
        let parser = Parser::new_from_str_with_options(text, options);
        Self { text, parser, limits, ready: VecDeque::new(), number: 0, state: State::default(), finished: false }
    }

    /// Gives up on the document being read and looks for the next one.
    fn recover(&mut self) {
        self.state = State::default();
        self.number += 1;
        if !matches!(self.parser.proceed_next_document(), Ok(true)) {
            self.finished = true;
        }
    }

    fn error(&self, message: impl Into<String>, offset: u32) -> SyntaxError {
        let template = line_around(self.text, offset as usize).contains("{{");
        SyntaxError { message: message.into(), offset, document: self.number, hint: template.then_some(TEMPLATE_HINT) }
    }

    fn scan_error(&self, error: &ScanError) -> SyntaxError {
        let marker = error.marker();
        let offset = marker.byte_offset().unwrap_or_else(|| char_offset(self.text, marker.index()));
        let offset = u32::try_from(offset.min(self.text.len())).unwrap_or(u32::MAX);
        self.error(error.info(), offset)
    }

    fn event(&mut self, event: &Event<'a>, span: Span) -> Step {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, *style, *anchor, tag.as_deref(), span),
            Event::SequenceStart(_, anchor, _) => {
                self.no_key("a list", span)?;
                self.state.size += 1;
                self.state.open.push(Open::list(span.start as usize, *anchor, self.state.size));
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.no_key("a map", span)?;
                self.state.size += 1;
                self.state.open.push(Open::map(span.start as usize, *anchor, self.state.size));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(*anchor, span),
            Event::DocumentEnd => {
                self.finish_document();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a list or map where a map's key is due.
    fn no_key(&self, what: &str, span: Span) -> Step {
        match self.state.open.last() {
            Some(Open::Map { key: None, .. }) => Err(self.error(format!("a key is {what}; Kubernetes takes scalars only"), span.start)),
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) -> Step {
        let value = self.value(text, style, tag, span)?;
        self.state.size += 1;
        if let Some(Open::Map { key: key @ None, .. }) = self.state.open.last_mut() {
            let Some(name) = scalar::key(&value) else {
                return Err(self.error("a key is null; Kubernetes takes no null keys", span.start));
            };
            let merge = style == ScalarStyle::Plain && text == "<<" && tag.is_none();
            *key = Some((if merge { MERGE.clone() } else { name }, span));
            if anchor > 0 {
                self.state.anchors.insert(anchor, (Node::new(value, span), 1));
            }
            return Ok(());
        }
        let node = Node::new(value, span);
        if anchor > 0 {
            self.state.anchors.insert(anchor, (node.clone(), 1));
        }
        self.add(node)
    }

    fn value(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Value, SyntaxError> {
        let Some(tag) = tag else {
            return Ok(match style {
                ScalarStyle::Plain => scalar::resolve(text),
                _ => Value::String(Text::new(text)),
            });
        };
        if let Some(core) = tag.core_suffix() {
            return scalar::tagged(core, text)
                .ok_or_else(|| self.error(format!("{text:?} is no {core}, though the tag says so"), span.start));
        }
        if tag.original() != "!" {
            let tag = Text::from(tag.original());
            self.state.remarks.push(Remark { kind: RemarkKind::UnknownTag { tag }, span });
        }
        Ok(Value::String(Text::new(text)))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        let Some((node, size)) = self.state.anchors.get(&anchor).cloned() else {
            return Err(self.error("an alias stands inside the value it refers to", span.start));
        };
        self.state.size += size;
        self.state.expanded += size;
        if self.state.expanded > self.limits.expanded {
            let message = format!("aliases expand to more than {} values", self.limits.expanded);
            return Err(self.error(message, span.start));
        }
        if let Some(Open::Map { key: key @ None, .. }) = self.state.open.last_mut() {
            let Some(name) = scalar::key(node.value()) else {
                return Err(self.error("a key is an alias of something that is no scalar", span.start));
            };
            *key = Some((name, span));
            return Ok(());
        }
        self.add(node)
    }

    fn close(&mut self, end: Span) -> Step {
        let (node, anchor, size) = match self.state.open.pop() {
            Some(Open::List { start, items, anchor, size }) => {
                (close_list(items, Span::new(start, end.end as usize)), anchor, size)
            }
            Some(Open::Map { start, entries, anchor, size, .. }) => {
                let start = entries.first().map_or(start, |first| first.key_span.start as usize);
                (close_map(entries, Span::new(start, end.end as usize), &mut self.state.remarks), anchor, size)
            }
            None => return Ok(()),
        };
        if anchor > 0 {
            self.state.anchors.insert(anchor, (node.clone(), self.state.size - size + 1));
        }
        self.add(node)
    }

    /// Puts a finished value where it belongs: into the open list or map, or at the root.
    fn add(&mut self, node: Node) -> Step {
        if self.is_list_item(&node) {
            self.ready.push_back(Document {
                root: node,
                number: self.number,
                item: Some(self.state.split),
                envelope: false,
                remarks: std::mem::take(&mut self.state.remarks),
            });
            self.state.split += 1;
            return Ok(());
        }
        match self.state.open.last_mut() {
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                let Some((key, key_span)) = key.take() else { return Ok(()) };
                if key == MERGE {
                    let message = "a merge key (<<) wants a map or a list of maps";
                    return merge(entries, &node, key_span).ok_or_else(|| self.error(message, key_span.start));
                }
                entries.push(Entry { key, key_span, value: node });
            }
            None => self.state.root = Some(node),
        }
        Ok(())
    }

    /// Whether this is an object of the top-level `items` list, to be handed out on its own.
    fn is_list_item(&self, node: &Node) -> bool {
        let [Open::Map { key: Some((key, _)), .. }, Open::List { items, anchor: 0, .. }] = self.state.open.as_slice() else {
            return false;
        };
        self.limits.split_lists && key == "items" && items.is_empty() && is_object(node)
    }

    fn finish_document(&mut self) {
        let state = std::mem::take(&mut self.state);
        let number = self.number;
        self.number += 1;
        let Some(root) = state.root else { return };
        self.ready.extend(split_typed_list(root, number, state.split, state.remarks, self.limits));
    }
}

/// What the merge key becomes inside; no YAML key reads as this, since a NUL cannot be written plainly.
const MERGE: Text = Text::new_static("\0<<");

/// Whether a node names its own kind.
pub(crate) fn is_object(node: &Node) -> bool {
    let named = |key| node.get(key).is_some_and(|value| value.as_str().is_some());
    named("kind") && named("apiVersion")
}

/// Splits what is left of a list into its objects. The items of a typed list (`PodList`, as the API returns
/// it) carry no kind of their own; they are given the list's.
pub(crate) fn split_typed_list(root: Node, number: u32, split: u32, remarks: Vec<Remark>, limits: Limits) -> Vec<Document> {
    let whole = |root, remarks, envelope| Document { root, number, item: None, envelope, remarks };
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default().to_owned();
    let items = root.get("items").and_then(Node::as_list).unwrap_or_default();
    let is_list = kind.ends_with("List") && root.get("items").is_some();
    if !limits.split_lists || !is_list && split == 0 {
        return vec![whole(root, remarks, false)];
    }
    let mut documents = Vec::with_capacity(items.len() + 1);
    for (at, item) in items.iter().enumerate() {
        let item_kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        let named = match (item.as_map(), item_kind) {
            (Some(map), Some(kind)) if !is_object(item) => {
                let api_version = root.get("apiVersion").cloned().unwrap_or(Node::NULL);
                let mut entries = vec![
                    Entry { key: Text::new_static("apiVersion"), key_span: Span::NONE, value: api_version },
                    Entry { key: Text::new_static("kind"), key_span: Span::NONE, value: Node::bare(kind.into()) },
                ];
                entries.extend(map.entries().iter().cloned());
                Node::new(Value::Map(std::sync::Arc::new(crate::map::Map::new(entries))), item.span())
            }
            _ => item.clone(),
        };
        let item = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(split);
        documents.push(Document { root: named, number, item: Some(item), envelope: false, remarks: Vec::new() });
    }
    documents.push(whole(root, remarks, true));
    documents
}

/// Adds the entries of a merge key's value. go-yaml v2 adds them where the key stands, and of a list of maps
/// the last first, so that earlier ones win.
fn merge(entries: &mut Vec<Entry>, value: &Node, at: Span) -> Option<()> {
    let mut add = |node: &Node| {
        let map = node.as_map()?;
        entries.extend(map.entries().iter().map(|entry| Entry { key_span: at, ..entry.clone() }));
        Some(())
    };
    match value.value() {
        Value::Map(_) => add(value),
        Value::List(maps) => maps.iter().rev().try_for_each(add),
        _ => None,
    }
}

impl Iterator for YamlDocuments<'_> {
    type Item = Result<Document, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(document) = self.ready.pop_front() {
                return Some(Ok(document));
            }
            if self.finished {
                return None;
            }
            let failed = match self.parser.next_event() {
                None => {
                    self.finished = true;
                    continue;
                }
                Some(Ok((event, marks))) => self.event(&event, span(self.text, &marks)).err(),
                Some(Err(error)) => Some(self.scan_error(&error)),
            };
            if let Some(error) = failed {
                self.recover();
                return Some(Err(error));
            }
        }
    }
}

fn span(text: &str, marks: &Marks) -> Span {
    match marks.byte_range() {
        Some(range) => Span::new(range.start, range.end),
        None => Span::new(char_offset(text, marks.start.index()), char_offset(text, marks.end.index())),
    }
}

/// The byte offset of the character with this number, for the rare mark that knows only characters.
fn char_offset(text: &str, index: usize) -> usize {
    text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
}

fn line_around(text: &str, offset: usize) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[offset..]).map_or(bytes.len(), |at| offset + at);
    String::from_utf8_lossy(&bytes[start..end])
}
