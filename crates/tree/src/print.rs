//! Trees to text: JSON and YAML that Kubernetes reads back as the same tree.

pub(crate) mod yaml;

use std::fmt::Write;

use crate::node::{Node, Value};

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
    yaml::block(node, 0, yaml::Layout::default(), &mut out);
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

/// Writes what [`json`] gives.
pub fn write_json(node: &Node, out: &mut String) {
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

/// Writes a text as a string of JSON, with its quotes.
pub fn write_string(text: &str, out: &mut String) {
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
