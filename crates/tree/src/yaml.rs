//! YAML to trees, as kubectl and the API server read it.
//!
//! Both use go-yaml v2 (through `sigs.k8s.io/yaml`), and what they read is what runs. This
//! reader takes and refuses the texts that it does, and a comparison over random texts finds the same trees. What
//! still differs, and why:
//!
//! * `.nan` and `.inf` are numbers here; Kubernetes refuses them, since JSON has no word for them. A key beyond
//!   64 signed bits is rounded here and refused there. Of a `!!timestamp` only the year is looked at here.
//! * Keys that become one string only in JSON (`1`, `1.0` and `'1'`) count as a key written twice, and the last
//!   wins; there chance decides. A null key is an error here even where a later key of the same name hides it.
//! * A byte order mark inside a document is an error here. There it is text, unless it lies where the reader
//!   fills its buffer; then the first character of the lines after it is dropped, be it the `#` of a comment.
//! * A forbidden control character spoils the document that it stands in; there, all that was read so far.
//! * What follows a document's one value is an error of its own here, after the document; there it is not looked
//!   at. Documents after a line `...` are read here and dropped there.
//! * A block scalar that ends with the file, without a line break, ends without one here, as the API server
//!   reads it; kubectl adds one.
//! * Aliases may expand to, and values may nest as deep as, [`Limits`] say; there, other limits hold.

use std::borrow::Cow;
use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::build::{close_list, close_map};
use crate::document::{Document, Limits, Remark, RemarkKind, SyntaxError};
use crate::lists;
use crate::map::Entry;
use crate::node::{Node, Text, Value};
use crate::scalar;
use crate::span::Span;

mod bytes;
mod parse;
mod scan;
mod token;

pub(crate) use parse::{Event, EventKind, Parser};
pub(crate) use token::{Fault, Style};

const TEMPLATE: &str = "this looks like a template, not YAML";
const TEMPLATE_HINT: &str = "render it first (helm template …) and scan the result";

/// The documents of a YAML stream. Objects of lists are handed out as they are read.
pub(crate) struct YamlDocuments<'a> {
    text: &'a str,
    parser: Parser<'a>,
    limits: Limits,
    ready: VecDeque<Document>,
    number: u32,
    state: State<'a>,
    finished: bool,
}

/// What belongs to the document being read.
#[derive(Default)]
struct State<'a> {
    open: Vec<Open<'a>>,
    /// The items of all open lists, the innermost last.
    items: Vec<Node>,
    /// The entries of all open maps, the innermost last.
    entries: Vec<Entry>,
    anchors: FxHashMap<&'a str, Anchor>,
    /// Values read so far, with what aliases expand to.
    size: u64,
    /// Values that aliases expanded to.
    expanded: u64,
    remarks: Vec<Remark>,
    /// Objects handed out of the `items` of a list.
    split: u32,
    root: Option<Node>,
}

/// A list or map whose end has not been read yet.
struct Open<'a> {
    /// The key that waits for its value, in a map.
    slot: Slot,
    /// Where its items or entries begin among all.
    base: usize,
    flow: bool,
    start: u32,
    /// The end of what was read of it.
    end: u32,
    anchor: Option<&'a str>,
    /// How many values had been read before it.
    size: u64,
    /// How many lists and maps nest in it.
    height: usize,
}

/// What the next value of an open list or map is.
enum Slot {
    Item,
    Key,
    Value(Text, Span),
    Merge(Span),
}

/// A value that aliases can stand for.
#[derive(Clone)]
struct Anchor {
    /// None while the value has not ended.
    node: Option<Node>,
    size: u64,
    height: usize,
}

type Step = Result<(), Fault>;

impl<'a> YamlDocuments<'a> {
    /// Reads from byte `at`; the first document has this number.
    pub(crate) fn new(text: &'a str, at: usize, number: u32, limits: Limits) -> Self {
        let parser = Parser::new(text, at, limits.depth);
        Self {
            text,
            parser,
            limits,
            ready: VecDeque::new(),
            number,
            state: State::default(),
            finished: false,
        }
    }

    /// Gives up on the document being read and looks for the next one.
    pub(crate) fn recover(&mut self) {
        self.state = State::default();
        self.number += 1;
        self.finished = !self.parser.skip_document();
    }

    fn error(&self, fault: Fault) -> SyntaxError {
        let template = line_around(self.text, fault.at).contains("{{");
        // What the parser stumbled over there says nothing about the text that comes of it.
        SyntaxError {
            message: if template { TEMPLATE.to_owned() } else { fault.message.into_owned() },
            offset: u32::try_from(fault.at.min(self.text.len())).unwrap_or(u32::MAX),
            document: self.number,
            hint: if template { Some(TEMPLATE_HINT) } else { fault.hint },
        }
    }

    fn event(&mut self, event: Event<'a>) -> Step {
        match event.kind {
            EventKind::Scalar(text, style) => {
                self.scalar(&text, style, event.anchor, event.tag.as_deref(), event.span)
            }
            EventKind::ListStart { flow } => self.open(Slot::Item, flow, event.anchor, event.span),
            EventKind::MapStart { flow } => self.open(Slot::Key, flow, event.anchor, event.span),
            EventKind::End => self.close(event.span),
            EventKind::Alias(name) => self.alias(name, event.span),
            EventKind::DocumentEnd => {
                self.finish_document();
                Ok(())
            }
            EventKind::StreamEnd => {
                self.finished = true;
                Ok(())
            }
            EventKind::DocumentStart => Ok(()),
        }
    }

    fn open(&mut self, slot: Slot, flow: bool, anchor: Option<&'a str>, span: Span) -> Step {
        let state = &mut self.state;
        let list = matches!(slot, Slot::Item);
        if let Some(Open { slot: Slot::Key, .. }) = state.open.last() {
            let what = if list { "list" } else { "map" };
            return Err(Fault::new(
                format!("a key is a {what}; Kubernetes takes scalars only"),
                span.start as usize,
            ));
        }
        if state.open.len() >= self.limits.depth {
            return Err(too_deep(span));
        }
        if let Some(anchor) = anchor {
            // Until the value ends, its size is the number it is known by.
            state.anchors.insert(anchor, Anchor { node: None, size: state.size + 1, height: 0 });
        }
        state.size += 1;
        let base = if list { state.items.len() } else { state.entries.len() };
        state.open.push(Open {
            slot,
            base,
            flow,
            start: span.start,
            end: span.end,
            anchor,
            size: state.size,
            height: 1,
        });
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: Style,
        anchor: Option<&'a str>,
        tag: Option<&str>,
        span: Span,
    ) -> Step {
        let value = match tag {
            None if style == Style::Plain => scalar::resolve(text),
            None => Value::String(Text::new(text)),
            Some(tag) => self.tagged(tag, text, span)?,
        };
        let state = &mut self.state;
        state.size += 1;
        if let Some(anchor) = anchor {
            let node = Some(Node::new(value.clone(), span));
            state.anchors.insert(anchor, Anchor { node, size: 1, height: 0 });
        }
        let Some(open @ Open { slot: Slot::Key, .. }) = state.open.last_mut() else {
            return self.add(Node::new(value, span), span.end, 0, false);
        };
        open.end = span.end;
        open.slot = if text == "<<" && is_merge(style, tag) {
            Slot::Merge(span)
        } else {
            Slot::Value(key(&value, span)?, span)
        };
        Ok(())
    }

    fn tagged(&mut self, tag: &str, text: &str, span: Span) -> Result<Value, Fault> {
        if let Some(core) = tag.strip_prefix(parse::CORE) {
            // The text may be a secret.
            return scalar::tagged(core, text).ok_or_else(|| {
                Fault::new(format!("this is no {core}, though its tag says so"), span.start as usize)
            });
        }
        if tag != "!" {
            self.state.remarks.push(Remark { kind: RemarkKind::UnknownTag { tag: Text::new(tag) }, span });
        }
        Ok(Value::String(Text::new(text)))
    }

    /// What looks like an alias may be a password without quotes: no message repeats its name.
    fn alias(&mut self, name: &str, span: Span) -> Step {
        let at = span.start as usize;
        let Some(Anchor { node, size, height }) = self.state.anchors.get(name).cloned() else {
            return Err(Fault::new("the alias stands for an anchor that is not defined before it", at)
                .hint("put the text in quotes if it is a string"));
        };
        let Some(node) = node else {
            return Err(Fault::new("the alias stands inside the value that it stands for", at));
        };
        self.state.size += size;
        self.state.expanded += size;
        if self.state.expanded > self.limits.expanded {
            return Err(Fault::new(
                format!("aliases expand to more than {} values", self.limits.expanded),
                at,
            ));
        }
        if let Some(open @ Open { slot: Slot::Key, .. }) = self.state.open.last_mut() {
            open.end = span.end;
            open.slot = Slot::Value(key(node.value(), span)?, span);
            return Ok(());
        }
        self.add(node, span.end, height, true)
    }

    fn close(&mut self, span: Span) -> Step {
        let state = &mut self.state;
        let Some(open) = state.open.pop() else { return Ok(()) };
        let end = if open.flow { span.end } else { open.end };
        let span = Span { start: open.start, end };
        let node = if matches!(open.slot, Slot::Item) {
            close_list(state.items.drain(open.base..), span)
        } else {
            close_map(state.entries.drain(open.base..).collect(), span, &mut state.remarks)
        };
        // The same anchor may have been set again inside; then that is what aliases stand for, as in go-yaml.
        let own = |anchor: &&Anchor| anchor.node.is_none() && anchor.size == open.size;
        if let Some(anchor) = open.anchor.filter(|anchor| state.anchors.get(anchor).as_ref().is_some_and(own))
        {
            let (node, size) = (Some(node.clone()), state.size - open.size + 1);
            state.anchors.insert(anchor, Anchor { node, size, height: open.height });
        }
        self.add(node, end, open.height, false)
    }

    /// Puts a finished value where it belongs: into the open list or map, or at the root.
    fn add(&mut self, node: Node, end: u32, height: usize, alias: bool) -> Step {
        let state = &mut self.state;
        if state.open.len() + height > self.limits.depth {
            return Err(too_deep(node.span()));
        }
        if self.limits.split_lists && state.is_list_item(&node) {
            self.ready.push_back(Document {
                root: node,
                number: self.number,
                item: Some(state.split),
                envelope: false,
                remarks: std::mem::take(&mut state.remarks),
            });
            state.split += 1;
            return Ok(());
        }
        let Some(open) = state.open.last_mut() else {
            state.root = Some(node);
            return Ok(());
        };
        open.end = end;
        open.height = open.height.max(height + 1);
        if let Slot::Item = open.slot {
            state.items.push(node);
            return Ok(());
        }
        match std::mem::replace(&mut open.slot, Slot::Key) {
            Slot::Value(key, key_span) => state.entries.push(Entry { key, key_span, value: node }),
            Slot::Merge(at) => {
                let merged = merge(&mut state.entries, &node, alias, at);
                return merged.ok_or_else(|| {
                    Fault::new("a merge key (<<) wants a map or a list of maps", at.start as usize)
                });
            }
            Slot::Item | Slot::Key => {}
        }
        Ok(())
    }

    fn finish_document(&mut self) {
        let state = std::mem::take(&mut self.state);
        let number = self.number;
        self.number += 1;
        let Some(root) = state.root else { return };
        self.ready.extend(lists::split(root, number, state.split, state.remarks, self.limits));
    }
}

impl State<'_> {
    /// Whether this is an object of the top-level `items` list, to be handed out on its own.
    fn is_list_item(&self, node: &Node) -> bool {
        let [Open { slot: Slot::Value(key, _), .. }, Open { slot: Slot::Item, anchor: None, base, .. }] =
            self.open.as_slice()
        else {
            return false;
        };
        key == "items" && *base == self.items.len() && lists::is_object(node)
    }
}

/// Whether a key `<<` asks for a merge: where nothing makes it a string. `! '<<'` asks for one too, to go-yaml.
fn is_merge(style: Style, tag: Option<&str>) -> bool {
    match tag {
        None => style == Style::Plain,
        Some(tag) => tag == "!" || tag.strip_prefix(parse::CORE) == Some("merge"),
    }
}

fn key(value: &Value, span: Span) -> Result<Text, Fault> {
    scalar::key(value).ok_or_else(|| {
        let what = if let Value::Null = value { "null" } else { "no scalar" };
        Fault::new(
            format!("a key is {what}; Kubernetes takes only keys that are strings, numbers or booleans"),
            span.start as usize,
        )
    })
}

fn too_deep(span: Span) -> Fault {
    Fault::new("lists and maps are nested too deeply", span.start as usize)
}

/// Adds the entries of a merge key's value. go-yaml v2 adds them where the key stands, and of a list of maps
/// the last first, so that earlier ones win. A list must be written out there, not come from an alias.
fn merge(entries: &mut Vec<Entry>, value: &Node, alias: bool, at: Span) -> Option<()> {
    let mut add = |node: &Node| {
        let map = node.as_map()?;
        entries.extend(map.entries().iter().map(|entry| Entry { key_span: at, ..entry.clone() }));
        Some(())
    };
    match value.value() {
        Value::Map(_) => add(value),
        Value::List(maps) if !alias => maps.iter().rev().try_for_each(add),
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
            let read = self.parser.next_event().and_then(|event| self.event(event));
            if let Err(fault) = read {
                let error = self.error(fault);
                self.recover();
                return Some(Err(error));
            }
        }
    }
}

fn line_around(text: &str, offset: usize) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = memchr::memrchr(b'\n', bytes.get(..offset).unwrap_or_default()).map_or(0, |at| at + 1);
    let end =
        memchr::memchr(b'\n', bytes.get(offset..).unwrap_or_default()).map_or(bytes.len(), |at| offset + at);
    String::from_utf8_lossy(bytes.get(start..end).unwrap_or_default())
}
