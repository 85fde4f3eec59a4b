//! A tree decoded as the API server decodes it into its types.
//!
//! Unknown fields are dropped and named, nulls are dropped, amounts and times are written in their canonical form,
//! and a value of a wrong type ends it all. Source: `sigs.k8s.io/json` and the types' own `UnmarshalJSON`.

use std::fmt::Write;
use std::sync::Arc;

use ironsides_tree::{Documents, Entry, Format, Limits, Map, Node, Remark, RemarkKind, Text, Value, print};

use super::base64;
use super::draft::Draft;
use super::moment;
use crate::quantity::Quantity;
use crate::scalar::{is_base64, is_time};
use crate::shape::Shape;
use crate::table::{Type, TypeId};
use crate::wire::{self, Wire};

/// The most complaints that the decoder keeps.
const MOST: usize = 100;

/// The state of a decoding.
pub(super) struct Decoder<'a> {
    /// The text, for numbers as they were written; empty where there is none.
    pub(super) text: &'a str,
    /// Whether numbers came through YAML, where `1.0` is written on as `1`.
    pub(super) yaml: bool,
    /// Repeated keys of a JSON text.
    pub(super) remarks: &'a [Remark],
    /// Complaints of strict decoding, in the server's words and order.
    pub(super) strict: Vec<String>,
    /// Whether unknown fields go unmentioned.
    pub(super) silent: bool,
    pub(super) path: String,
}

/// Why a document cannot be decoded.
pub(super) struct Wrong(pub(super) String);

impl<'a> Decoder<'a> {
    pub(super) fn new(text: &'a str, yaml: bool, remarks: &'a [Remark]) -> Self {
        Self { text, yaml, remarks, strict: Vec::new(), silent: false, path: String::new() }
    }

    fn complain(&mut self, what: &str, key: &str) {
        if self.silent || self.strict.len() >= MOST {
            return;
        }
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        let text = format!("{what} {}", quoted(&path));
        if !self.strict.contains(&text) {
            self.strict.push(text);
        }
    }

    pub(super) fn enter<T>(&mut self, key: &str, inner: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        let made = inner(self);
        self.path.truncate(length);
        made
    }

    /// The entries in the order in which the server meets them: YAML bodies become JSON with sorted keys first.
    fn entries<'n>(&self, node: &'n Node) -> Vec<&'n Entry> {
        let mut entries: Vec<&Entry> =
            node.as_map().map(|map| map.entries().iter().collect()).unwrap_or_default();
        if self.yaml {
            entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        }
        entries
    }

    /// Complains of a key of a JSON body that stood in its map before.
    pub(super) fn note_repeated(&mut self, entry: &Entry) {
        if self.repeated(entry) {
            self.complain("duplicate field", &entry.key);
        }
    }

    fn repeated(&self, entry: &Entry) -> bool {
        !self.yaml
            && self.remarks.iter().any(|remark| {
                matches!(&remark.kind, RemarkKind::DuplicateKey { key, .. } if *key == entry.key)
                    && remark.span == entry.key_span
            })
    }

    /// What a repeated key of a JSON body held first: Go decodes the next value on top of it.
    fn earlier(&self, entry: &Entry) -> Option<Node> {
        if self.yaml || self.remarks.is_empty() {
            return None;
        }
        let first = self.remarks.iter().find_map(|remark| match &remark.kind {
            RemarkKind::DuplicateKey { key, first } if *key == entry.key && remark.span == entry.key_span => {
                Some(*first)
            }
            _ => None,
        })?;
        let rest = self.text.get(first.end as usize..)?.trim_start().strip_prefix(':')?;
        let limits = Limits { split_lists: false, ..Limits::default() };
        let read = Documents::with_format(rest, Format::Json, limits).next()?.ok()?;
        // Its spans are not those of the body.
        Some(Draft::from_node(&read.root).into_node())
    }

    /// A map with known fields.
    pub(super) fn object(&mut self, node: &Node, ty: &'static Type) -> Result<Draft, Wrong> {
        if node.as_map().is_none() {
            return Err(self.wrong(node, ty.name));
        }
        let letters = wire::letters(ty);
        let mut made = Vec::new();
        for entry in self.entries(node) {
            let Some(at) = ty.position(&entry.key) else {
                self.complain("unknown field", &entry.key);
                continue;
            };
            self.note_repeated(entry);
            let field = &ty.fields[at];
            if entry.value.is_null() {
                continue;
            }
            let wire = wire::wire(letters, at);
            let again = self.earlier(entry).map(|first| merged(&first, &entry.value, field.shape));
            let node = again.as_ref().unwrap_or(&entry.value);
            let value = self.enter(field.name, |this| this.value(node, field.shape))?;
            let pointer = matches!(wire, Wire::Pointer | Wire::Nullable);
            if pointer || !is_zero(&value, field.shape) {
                made.push((Text::new_static(field.name), value));
            }
        }
        Ok(Draft::Map(made))
    }

    /// A value that is not null.
    fn value(&mut self, node: &Node, shape: Shape) -> Result<Draft, Wrong> {
        match shape {
            Shape::Any => Ok(Draft::from_node(node)),
            Shape::Object(id) => self.object(node, id.get()),
            Shape::List(item) => self.list(node, *item),
            Shape::Map(item) => self.map(node, *item),
            Shape::String => match node.value() {
                Value::String(text) => Ok(Draft::Text(text.clone())),
                _ => Err(self.wrong(node, "string")),
            },
            Shape::Bool => match node.value() {
                Value::Bool(value) => Ok(Draft::Bool(*value)),
                _ => Err(self.wrong(node, "bool")),
            },
            Shape::Int32 => self.whole(node, "int32").and_then(|value| match i32::try_from(value) {
                Ok(_) => Ok(Draft::Int(value)),
                Err(_) => Err(self.wrong(node, "int32")),
            }),
            Shape::Int64 => self.whole(node, "int64").map(Draft::Int),
            Shape::Double => match node.value() {
                Value::Int(value) => Ok(Draft::Int(*value)),
                Value::Float(value) if value.is_finite() => Ok(Draft::Float(*value)),
                _ => Err(self.wrong(node, "float64")),
            },
            Shape::IntOrString => match node.value() {
                Value::String(text) => Ok(Draft::Text(text.clone())),
                _ => self.value(node, Shape::Int32),
            },
            Shape::Quantity => self.quantity(node),
            Shape::Time | Shape::MicroTime => {
                let micro = shape == Shape::MicroTime;
                let text = node.as_str().filter(|text| is_time(text, micro));
                let made = text.and_then(|text| moment::canonical(text, micro));
                made.map(Draft::from).ok_or_else(|| self.wrong(node, "time"))
            }
            Shape::Bytes => self.bytes(node),
            Shape::SchemaOrBool(id) => match node.value() {
                Value::Bool(value) => Ok(Draft::Bool(*value)),
                _ => self.schema(node, id),
            },
            Shape::SchemaOrSchemas(id) => match node.value() {
                Value::Map(_) => self.schema(node, id),
                Value::List(items) => {
                    let made = items.iter().map(|item| self.schema(item, id)).collect::<Result<_, _>>();
                    made.map(Draft::List)
                }
                _ => Ok(Draft::Null),
            },
            Shape::SchemaOrStrings(id) => match node.value() {
                Value::Map(_) => self.schema(node, id),
                Value::List(_) => self.list(node, Shape::String),
                _ => Ok(Draft::Null),
            },
        }
    }

    fn list(&mut self, node: &Node, item: Shape) -> Result<Draft, Wrong> {
        let Some(items) = node.as_list() else { return Err(self.wrong(node, "list")) };
        let mut made = Vec::with_capacity(items.len());
        for (at, value) in items.iter().enumerate() {
            let length = self.path.len();
            _ = write!(self.path, "[{at}]");
            made.push(if value.is_null() { zero(item) } else { self.value(value, item)? });
            self.path.truncate(length);
        }
        Ok(Draft::List(made))
    }

    fn map(&mut self, node: &Node, item: Shape) -> Result<Draft, Wrong> {
        if node.as_map().is_none() {
            return Err(self.wrong(node, "map"));
        }
        let mut made = Vec::new();
        for entry in self.entries(node) {
            self.note_repeated(entry);
            let value = if entry.value.is_null() {
                zero(item)
            } else {
                self.enter(&entry.key, |this| this.value(&entry.value, item))?
            };
            made.push((entry.key.clone(), value));
        }
        Ok(Draft::Map(made))
    }

    fn schema(&mut self, node: &Node, id: TypeId) -> Result<Draft, Wrong> {
        let outer = std::mem::replace(&mut self.silent, true);
        let made = if node.is_null() { Ok(Draft::map()) } else { self.object(node, id.get()) };
        self.silent = outer;
        made
    }

    fn whole(&self, node: &Node, expected: &str) -> Result<i64, Wrong> {
        match node.value() {
            Value::Int(value) => Some(*value),
            Value::Float(value) if self.yaml => print::number(*value).parse().ok(),
            _ => None,
        }
        .ok_or_else(|| self.wrong(node, expected))
    }

    /// An amount, from a string or from a number as it stands in the JSON.
    fn quantity(&self, node: &Node) -> Result<Draft, Wrong> {
        let read = match node.value() {
            Value::String(text) => Quantity::parse(text),
            Value::Int(_) | Value::Float(_) if !self.yaml => {
                node.span().slice(self.text).map_or_else(|| number(node), Quantity::parse)
            }
            // YAML keeps whole numbers of 64 bits without a sign.
            Value::Float(_) => {
                let written = node.span().slice(self.text).and_then(|text| text.parse::<u64>().ok());
                written.map_or_else(|| number(node), |whole| Quantity::parse(&whole.to_string()))
            }
            Value::Int(_) => number(node),
            _ => None,
        };
        read.map(|read| Draft::from(read.canonical())).ok_or_else(|| self.wrong(node, "quantity"))
    }

    fn bytes(&self, node: &Node) -> Result<Draft, Wrong> {
        match node.value() {
            Value::String(text) if is_base64(text) => Ok(Draft::from(base64::canonical(text))),
            Value::List(items) => {
                let bytes = items.iter().map(|item| match item.value() {
                    Value::Null => Some(0),
                    _ => self.whole(item, "uint8").ok().and_then(|value| u8::try_from(value).ok()),
                });
                let bytes: Option<Vec<u8>> = bytes.collect();
                bytes
                    .map(|bytes| Draft::from(base64::encode(&bytes)))
                    .ok_or_else(|| self.wrong(node, "uint8"))
            }
            _ => Err(self.wrong(node, "[]uint8")),
        }
    }

    fn wrong(&self, node: &Node, expected: &str) -> Wrong {
        let path = if self.path.is_empty() { "the document" } else { &self.path };
        Wrong(format!("{path}: a {} cannot be read as {expected}", node.shape()))
    }
}

/// A value decoded on top of another: fields of objects and entries of maps stay unless they come again, items of
/// lists are taken pair by pair.
fn merged(first: &Node, again: &Node, shape: Shape) -> Node {
    match (shape, first.value(), again.value()) {
        (Shape::Object(_) | Shape::Map(_), Value::Map(old), Value::Map(new)) => {
            let kept = old.entries().iter().filter(|entry| new.get(&entry.key).is_none());
            let taken = new.entries().iter().map(|entry| {
                let inner = match shape {
                    Shape::Object(id) => id.get().field(&entry.key).map(|field| field.shape),
                    _ => None,
                };
                let value = match inner.zip(old.get(&entry.key)) {
                    Some((inner, old)) => merged(old, &entry.value, inner),
                    None => entry.value.clone(),
                };
                Entry { value, ..entry.clone() }
            });
            Node::new(Value::Map(Arc::new(Map::new(kept.cloned().chain(taken).collect()))), again.span())
        }
        (Shape::List(item), Value::List(old), Value::List(new)) => {
            let items = new.iter().enumerate().map(|(at, value)| match old.get(at) {
                Some(old) => merged(old, value, *item),
                None => value.clone(),
            });
            Node::new(Value::List(items.collect()), again.span())
        }
        _ => again.clone(),
    }
}

fn number(node: &Node) -> Option<Quantity> {
    match node.value() {
        Value::Int(value) => Quantity::parse(&value.to_string()),
        Value::Float(value) if value.is_finite() => Quantity::parse(&print::number(*value)),
        _ => None,
    }
}

/// What Go leaves where a list or map holds null.
fn zero(shape: Shape) -> Draft {
    match shape {
        Shape::String | Shape::Bytes => Draft::from(""),
        Shape::Bool => Draft::Bool(false),
        Shape::Int32 | Shape::Int64 | Shape::Double | Shape::IntOrString => Draft::Int(0),
        Shape::Quantity => Draft::from("0"),
        Shape::Object(_) => Draft::map(),
        _ => Draft::Null,
    }
}

/// Whether a value that is no pointer is as good as absent. Empty lists and maps are kept until the object is
/// written: some defaults tell them from absent ones.
fn is_zero(value: &Draft, shape: Shape) -> bool {
    match (value, shape) {
        (Draft::Null | Draft::Bool(false) | Draft::Int(0), _) => !matches!(shape, Shape::Any),
        (Draft::Float(value), Shape::Double) => *value == 0.0,
        (Draft::Text(text), Shape::String | Shape::Bytes) => text.is_empty(),
        _ => false,
    }
}

/// A string as Go's `%q` prints it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => _ = write!(out, "\\x{:02x}", c as u32),
            c if c.is_control() || c == '\u{feff}' => _ = write!(out, "\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
