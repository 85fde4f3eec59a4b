//! Trees to text: JSON and YAML that Kubernetes reads back as the same tree.

use std::fmt::Write;

use crate::node::{Node, Value};
use crate::scalar;

/// Kubernetes takes a key for one only if its colon follows within 1,024 characters; longer ones are announced.
const LONGEST_KEY: usize = 1000;

/// One line of JSON. Numbers that JSON has no word for (NaN, infinities) become null.
pub fn json(node: &Node) -> String {
    let mut out = String::new();
    write_json(node, &mut out);
    out
}

/// Block-style YAML, ending in a line break. Strings are quoted wherever Kubernetes would read them as
/// something else.
pub fn yaml(node: &Node) -> String {
    let mut out = String::new();
    match node.value() {
        Value::Map(map) if !map.is_empty() => write_block(node, 0, &mut out),
        Value::List(items) if !items.is_empty() => write_block(node, 0, &mut out),
        _ => {
            write_scalar(node, &mut out);
            out.push('\n');
        }
    }
    out
}

/// A float as Go prints it in JSON: `30` for `30.0`, exponents beyond 21 digits.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) if !exponent.starts_with('-') => format!("{mantissa}e+{exponent}"),
            _ => text,
        };
    }
    format!("{value}")
}

fn write_json(node: &Node, out: &mut String) {
    match node.value() {
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => _ = write!(out, "{value}"),
        Value::Float(value) if value.is_finite() => out.push_str(&float(*value)),
        Value::Null | Value::Float(_) => out.push_str("null"),
        Value::String(text) => write_string(text, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

/// A float that reads back as a float, not as an integer.
fn float(value: f64) -> String {
    let text = number(value);
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') { text + ".0" } else { text }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // The second group is allowed in JSON but breaks lines or is refused in YAML.
            c if c < ' '
                || matches!(
                    c,
                    '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                ) =>
            {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_block(node: &Node, indent: usize, out: &mut String) {
    match node.value() {
        Value::Map(map) => {
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                let from = out.len();
                write_plain(key, out);
                if out.len() - from > LONGEST_KEY {
                    out.insert_str(from, "? ");
                    out.push('\n');
                    pad(indent, out);
                }
                out.push(':');
                write_child(value, indent, out);
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                out.push('-');
                if is_block(item) {
                    out.push(' ');
                    write_block(item, indent + 2, out);
                } else {
                    out.push(' ');
                    write_scalar(item, out);
                    out.push('\n');
                }
            }
        }
        _ => {}
    }
}

fn write_child(value: &Node, indent: usize, out: &mut String) {
    if is_block(value) {
        out.push('\n');
        // Lists stand under their key without more indent, as kubectl prints them.
        let deeper = if value.as_list().is_some() { indent } else { indent + 2 };
        pad(deeper, out);
        write_block(value, deeper, out);
    } else {
        out.push(' ');
        write_scalar(value, out);
        out.push('\n');
    }
}

fn is_block(node: &Node) -> bool {
    node.as_map().is_some_and(|map| !map.is_empty()) || node.as_list().is_some_and(|items| !items.is_empty())
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn write_scalar(node: &Node, out: &mut String) {
    match node.value() {
        Value::String(text) => write_plain(text, out),
        Value::Float(value) if value.is_nan() => out.push_str(".nan"),
        Value::Float(value) if value.is_infinite() => {
            out.push_str(if *value > 0.0 { ".inf" } else { "-.inf" });
        }
        _ => write_json(node, out),
    }
}

/// A string, quoted unless it is safe without.
fn write_plain(text: &str, out: &mut String) {
    let inner = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '-' | '_' | '.' | '/' | '+' | '=' | '@' | '^' | ';' | ' ' | ':' | '(' | ')' | '$' | '%'
            )
    };
    let safe = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '.' | '$'))
        && text.chars().all(inner)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.starts_with("...")
        && !scalar::is_ambiguous(text)
        // Other readers take sexagesimal numbers and dates for what they look like.
        && (!text.starts_with(|c: char| c.is_ascii_digit()) || !text.contains([':', '-']));
    if safe { out.push_str(text) } else { write_string(text, out) }
}
