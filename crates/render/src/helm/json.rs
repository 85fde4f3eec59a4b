//! JSON as Go's `encoding/json` reads and writes it.

use std::fmt::Write;

use ironsides_tree::{Documents, Format, Limits, Text};

use super::machine::meter::LONGEST;
use super::number;
use super::value::{MAX_DEPTH, Map, Value};

/// How JSON is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Two spaces a level, or all on one line.
    pub(crate) pretty: bool,
    /// Whether `<`, `>` and `&` are escaped.
    pub(crate) html: bool,
}

/// Writes a value. `None` where JSON has no word for it.
pub(crate) fn write(value: &Value, style: Style) -> Option<String> {
    let mut out = String::new();
    write_at(&mut out, value, style, 0)?;
    Some(out)
}

fn write_at(out: &mut String, value: &Value, style: Style, depth: usize) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    // What is too long is refused by the machine, however much longer it would become.
    if out.len() > LONGEST {
        return Some(());
    }
    match value {
        Value::Nil | Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value, _) => out.push_str(&value.to_string()),
        Value::Float(value) if value.is_finite() => out.push_str(&number::json(*value)),
        Value::Float(_) => return None,
        Value::Str(text) => string(out, &text.text, style),
        Value::Binary(bytes) => {
            out.push('"');
            for chunk in bytes.utf8_chunks() {
                characters(out, chunk.valid(), style);
                out.extend(chunk.invalid().iter().map(|_| "\\ufffd"));
            }
            out.push('"');
        }
        Value::Bytes(bytes) => string(out, &super::encoding::base64(bytes), style),
        Value::List(list) => {
            out.push('[');
            for (at, item) in list.items.iter().enumerate() {
                separate(out, at, style, depth);
                write_at(out, &item.value, style, depth + 1)?;
            }
            close(out, list.items.is_empty(), style, depth);
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            let entries = map.snapshot();
            for (at, (key, slot)) in entries.iter().enumerate() {
                separate(out, at, style, depth);
                string(out, key, style);
                out.push_str(if style.pretty { ": " } else { ":" });
                write_at(out, &slot.value, style, depth + 1)?;
            }
            close(out, entries.is_empty(), style, depth);
            out.push('}');
        }
        Value::Object(object) => write_at(out, &object.as_value()?, style, depth)?,
    }
    Some(())
}

fn separate(out: &mut String, at: usize, style: Style, depth: usize) {
    if at > 0 {
        out.push(',');
    }
    if style.pretty {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth + 1));
    }
}

fn close(out: &mut String, empty: bool, style: Style, depth: usize) {
    if style.pretty && !empty {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
}

fn string(out: &mut String, text: &str, style: Style) {
    out.push('"');
    characters(out, text, style);
    out.push('"');
}

fn characters(out: &mut String, text: &str, style: Style) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' if style.html => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

/// Reads one JSON value; all numbers are floats.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let limits = Limits { split_lists: false, ..Limits::default() };
    let mut documents = Documents::with_format(text, Format::Json, limits);
    let Some(first) = documents.next() else { return Err("unexpected end of JSON input".to_owned()) };
    let root = first.map_err(|error| error.message)?.root;
    match documents.next() {
        None => Ok(from_node(&root)),
        Some(_) => Err("invalid character after top-level value".to_owned()),
    }
}

/// The value of a tree; all numbers are floats, as Helm has them.
pub(crate) fn from_node(node: &ironsides_tree::Node) -> Value {
    use ironsides_tree::Value as Tree;
    match node.value() {
        Tree::Null => Value::Null,
        Tree::Bool(value) => Value::Bool(*value),
        #[expect(clippy::cast_precision_loss, reason = "as Helm does")]
        Tree::Int(value) => Value::Float(*value as f64),
        Tree::Float(value) => Value::Float(*value),
        Tree::String(text) => Value::str(text),
        Tree::List(items) => Value::list(items.iter().map(|item| from_node(item).into()).collect()),
        Tree::Map(map) => Value::Map(Map::of(
            map.iter().map(|(key, value)| (Text::new(key), from_node(value).into())).collect(),
        )),
    }
}
