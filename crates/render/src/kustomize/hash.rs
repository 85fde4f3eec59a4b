//! The suffix that tells versions of generated objects apart.

use sha2::{Digest, Sha256};

use super::json;
use super::node::{Kind, Node};
use crate::kustomize::scalar::Tag;

/// The suffix of an object: ten letters of the hash of what it holds.
pub(super) fn suffix(node: &Node) -> Result<String, (Tag, Tag)> {
    let kind = node.get("kind").map_or("", Node::text);
    let mut text = String::from("{");
    let name = String::new();
    let mut add = |key: &str, value: &str| {
        if text.len() > 1 {
            text.push(',');
        }
        json::string(&mut text, key);
        text.push(':');
        text.push_str(value);
    };
    let mut quoted = String::new();
    // The path that kustomize looks names up with leads nowhere, so that the name is never part of it.
    json::string(&mut quoted, &name);
    let part = |field: &str| -> Result<Option<String>, (Tag, Tag)> {
        let Some(value) = node.get(field) else { return Ok(None) };
        let mut text = String::new();
        match &value.kind {
            Kind::Scalar(scalar) => json::string(&mut text, &scalar.text),
            _ => json::value(&mut text, value)?,
        }
        Ok(Some(text))
    };
    let is_map = |field: &str| matches!(node.get(field).map(|node| &node.kind), Some(Kind::Map(_)));
    let empty = || "\"\"".to_owned();
    match kind {
        "ConfigMap" => {
            if is_map("binaryData") {
                add("binaryData", &part("binaryData")?.unwrap_or_else(empty));
            }
            add("data", &part("data")?.unwrap_or_else(empty));
            add("kind", "\"ConfigMap\"");
            add("name", &quoted);
        }
        "Secret" => {
            add("data", &part("data")?.unwrap_or_else(empty));
            add("kind", "\"Secret\"");
            add("name", &quoted);
            if is_map("stringData") {
                add("stringData", &part("stringData")?.unwrap_or_else(empty));
            }
            add("type", &part("type")?.unwrap_or_else(empty));
        }
        _ => {
            text.clear();
            json::value(&mut text, node)?;
            return Ok(encode(&text));
        }
    }
    text.push('}');
    Ok(encode(&text))
}

/// Ten hexadecimal digits, those that could spell words replaced.
fn encode(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let digit = |nibble: u8| match nibble {
        0 => 'g',
        1 => 'h',
        3 => 'k',
        10 => 'm',
        14 => 't',
        nibble => char::from_digit(u32::from(nibble), 16).unwrap_or('g'),
    };
    digest.iter().take(5).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
