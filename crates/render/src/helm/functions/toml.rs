//! TOML as `github.com/BurntSushi/toml` writes it.

use std::fmt::Write;

use ironsides_tree::Text;

use crate::helm::machine::meter::LONGEST;
use crate::helm::number;
use crate::helm::value::{MAX_DEPTH, Map, Slot, Value};

/// Writes a map.
pub(super) fn write(value: &Value) -> Result<String, String> {
    if matches!(value, Value::List(_)) {
        let mut out = String::new();
        inline(&mut out, value, 0)?;
        return Ok(out);
    }
    let Value::Map(map) = value else {
        return Err("toml: top-level values must be Go maps or structs".to_owned());
    };
    let mut out = String::new();
    table(&mut out, map, &mut Vec::new(), 0)?;
    Ok(out)
}

fn is_table(value: &Value) -> bool {
    match value {
        Value::Map(_) => true,
        Value::List(list) => {
            !list.items.is_empty() && list.items.iter().all(|item| matches!(item.value, Value::Map(_)))
        }
        _ => false,
    }
}

fn table(out: &mut String, map: &Map, path: &mut Vec<String>, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("toml: the value nests too deep".to_owned());
    }
    // What is too long is refused by the machine, however much longer it would become.
    if out.len() > LONGEST {
        return Ok(());
    }
    let entries = map.snapshot();
    let pad = "  ".repeat(path.len().saturating_sub(1));
    let pad = if path.is_empty() { String::new() } else { format!("{pad}  ") };
    for (name, slot) in entries.iter().filter(|(_, slot)| !is_table(&slot.value) && !slot.value.is_nil()) {
        let _ = write!(out, "{pad}{} = ", key(name));
        inline(out, &slot.value, depth + 1)?;
        out.push('\n');
    }
    for (name, slot) in entries.iter().filter(|(_, slot)| is_table(&slot.value)) {
        path.push(key(name));
        let title_pad = "  ".repeat(path.len() - 1);
        match &slot.value {
            Value::Map(map) => {
                if path.len() == 1 && !out.is_empty() {
                    out.push('\n');
                }
                let _ = writeln!(out, "{title_pad}[{}]", path.join("."));
                table(out, map, path, depth + 1)?;
            }
            Value::List(list) => {
                for item in &list.items {
                    let Value::Map(map) = &item.value else { continue };
                    if !out.is_empty() {
                        out.push('\n');
                    }
                    let _ = writeln!(out, "{title_pad}[[{}]]", path.join("."));
                    table(out, map, path, depth + 1)?;
                }
            }
            _ => {}
        }
        path.pop();
    }
    Ok(())
}

fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn inline(out: &mut String, value: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("toml: the value nests too deep".to_owned());
    }
    match value {
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value, _) => out.push_str(&value.to_string()),
        Value::Float(value) => {
            let text = number::general(*value);
            out.push_str(&text);
            if !text.contains(['.', 'e', 'N', 'I']) {
                out.push_str(".0");
            }
        }
        Value::List(list) => {
            out.push('[');
            for (at, item) in list.items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                inline(out, &item.value, depth + 1)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (name, slot)) in map.snapshot().iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                let _ = write!(out, "{} = ", key(name));
                inline(out, &slot.value, depth + 1)?;
            }
            out.push('}');
        }
        Value::Nil | Value::Null => return Err("toml: cannot encode array with nil element".to_owned()),
        other => out.push_str(&quoted(&crate::helm::print::string(other))),
    }
    Ok(())
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    Ok(from_table(table))
}

fn from_table(table: toml::Table) -> Value {
    let entries = table.into_iter().map(|(key, value)| (Text::new(key), Slot::from(from_toml(value))));
    Value::Map(Map::of(entries.collect()))
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::str(text),
        toml::Value::Integer(value) => Value::int64(value),
        toml::Value::Float(value) => Value::Float(value),
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(value) => Value::str(value.to_string()),
        toml::Value::Array(items) => Value::values(items.into_iter().map(from_toml)),
        toml::Value::Table(table) => from_table(table),
    }
}
