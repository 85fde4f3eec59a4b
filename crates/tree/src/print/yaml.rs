//! Trees to YAML, in blocks and in brackets.

use super::{write_json, write_string};
use crate::node::{Node, Value};
use crate::scalar;

/// How far things are indented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// A map under its key.
    pub(crate) map: usize,
    /// The dashes of a list under its key; kubectl prints them without more indent.
    pub(crate) list: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self { map: 2, list: 0 }
    }
}

/// Kubernetes takes a key for one only if its colon follows within 1,024 characters; longer ones are announced.
const LONGEST_KEY: usize = 1000;

/// Writes a value whose first line is indented already, line break included.
pub(crate) fn block(node: &Node, indent: usize, layout: Layout, out: &mut String) {
    match node.value() {
        Value::Map(map) if !map.is_empty() => {
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                entry(key, value, indent, layout, out);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                out.push_str("- ");
                block(item, indent + 2, layout, out);
            }
        }
        _ => {
            inline(node, out);
            out.push('\n');
        }
    }
}

/// Writes a key and its value, the key being indented already.
pub(crate) fn entry(key: &str, value: &Node, indent: usize, layout: Layout, out: &mut String) {
    let from = out.len();
    string(key, out);
    if out.len() - from > LONGEST_KEY {
        out.insert_str(from, "? ");
        out.push('\n');
        pad(indent, out);
    }
    out.push(':');
    if is_block(value) {
        let deeper = indent + if value.as_list().is_some() { layout.list } else { layout.map };
        out.push('\n');
        pad(deeper, out);
    } else {
        out.push(' ');
    }
    let deeper = indent + if value.as_list().is_some() { layout.list } else { layout.map };
    block(value, deeper, layout, out);
}

/// Whether a value takes lines of its own.
pub(crate) fn is_block(node: &Node) -> bool {
    node.as_map().is_some_and(|map| !map.is_empty()) || node.as_list().is_some_and(|items| !items.is_empty())
}

/// Writes a value on one line: lists and maps in brackets.
pub(crate) fn inline(node: &Node, out: &mut String) {
    match node.value() {
        Value::String(text) => string(text, out),
        Value::Float(value) if value.is_nan() => out.push_str(".nan"),
        Value::Float(value) if value.is_infinite() => {
            out.push_str(if *value > 0.0 { ".inf" } else { "-.inf" });
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                inline(item, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                pair(key, value, out);
            }
            out.push('}');
        }
        _ => write_json(node, out),
    }
}

/// Writes a key and its value inside brackets.
pub(crate) fn pair(key: &str, value: &Node, out: &mut String) {
    let from = out.len();
    string(key, out);
    if out.len() - from > LONGEST_KEY {
        out.insert_str(from, "? ");
        out.push(' ');
    }
    out.push_str(": ");
    inline(value, out);
}

pub(crate) fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// A string, quoted unless it is safe without.
pub(crate) fn string(text: &str, out: &mut String) {
    if is_plain(text) { out.push_str(text) } else { write_string(text, out) }
}

fn is_plain(text: &str) -> bool {
    let inner = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '-' | '_' | '.' | '/' | '+' | '=' | '@' | '^' | ';' | ' ' | ':' | '(' | ')' | '$' | '%'
            )
    };
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '.' | '$'))
        && text.chars().all(inner)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.starts_with("...")
        && !scalar::is_ambiguous(text)
        // Other readers take sexagesimal numbers and dates for what they look like.
        && (!text.starts_with(|c: char| c.is_ascii_digit()) || !text.contains([':', '-']))
}
