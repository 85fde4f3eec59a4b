//! JSON as Go writes it: keys sorted by their bytes, no spaces, and `<`, `>` and `&` escaped.

use std::fmt::Write;

use super::node::{Field, Kind, Node};
use super::scalar::{Tag, Value, json_number};

/// Adds a value.
pub(super) fn value(out: &mut String, node: &Node) -> Result<(), (Tag, Tag)> {
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.value()? {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Value::Int(value) => drop(write!(out, "{value}")),
            Value::Float(value) => out.push_str(&json_number(value)),
            Value::String(text) => string(out, &text),
        },
        Kind::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                value(out, item)?;
            }
            out.push(']');
        }
        Kind::Map(fields) => {
            let mut sorted: Vec<&Field> = fields.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            out.push('{');
            for (at, field) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                string(out, &field.key);
                out.push(':');
                value(out, &field.value)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Adds a string.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => drop(write!(out, "\\u{:04x}", char as u32)),
            char if (char as u32) < 0x20 => drop(write!(out, "\\u{:04x}", char as u32)),
            char => out.push(char),
        }
    }
    out.push('"');
}
