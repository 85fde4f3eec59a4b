//! Values as text in the style of what surrounds them.

use super::page::Page;
use super::shape::{Shape, ShapeKind};
use crate::document::Format;
use crate::node::{Node, Value};
use crate::print::{self, yaml};
use crate::yaml::Style;

impl Page<'_> {
    /// A value inside brackets, in the style of what stands around byte `at`. `indent` is the column of its line where it may take several.
    pub(super) fn in_brackets(&self, node: &Node, at: usize, indent: Option<usize>) -> String {
        let mut out = String::new();
        match self.format {
            Format::Yaml => yaml::inline(node, &mut out),
            Format::Json => self.json(node, at, indent, &mut out),
        }
        out
    }

    /// A key and its value inside brackets.
    pub(super) fn pair_in_brackets(
        &self,
        key: &str,
        value: &Node,
        at: usize,
        indent: Option<usize>,
    ) -> String {
        let mut out = String::new();
        match self.format {
            Format::Yaml => yaml::pair(key, value, &mut out),
            Format::Json => {
                print::write_string(key, &mut out);
                out.push_str(self.colon(at));
                self.json(value, at, indent, &mut out);
            }
        }
        out
    }

    /// What stands between a JSON key and its value around byte `at`: in the innermost map there that has a key.
    fn colon(&self, at: usize) -> &'static str {
        let mut shape = self.shape.as_ref();
        let mut found = None;
        while let Some(here) = shape {
            let holds = |shape: &&Shape| shape.start <= at && at < shape.end;
            shape = match &here.kind {
                ShapeKind::Map { pairs, .. } => {
                    found = pairs.first().or(found);
                    pairs.iter().map(|pair| &pair.value).find(holds)
                }
                // Where all is on one list's level, its first item shows.
                ShapeKind::List { items, .. } => {
                    items.iter().find(holds).or_else(|| items.first().filter(|_| found.is_none()))
                }
                _ => None,
            };
        }
        let between = found.and_then(|pair| self.text.get(pair.key.end..pair.value.start));
        if between == Some(":") { ":" } else { ": " }
    }

    /// What stands behind a comma on one line around byte `at`.
    pub(super) fn comma(&self, at: usize) -> &'static str {
        if self.format == Format::Json && self.colon(at) == ":" { "," } else { ", " }
    }

    fn json(&self, node: &Node, near: usize, indent: Option<usize>, out: &mut String) {
        let (colon, comma) = (self.colon(near), self.comma(near));
        let step = 2;
        let begin = |at: usize, out: &mut String| match indent {
            Some(indent) => {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(self.newline);
                yaml::pad(indent + step, out);
            }
            None if at > 0 => out.push_str(comma),
            None => {}
        };
        let end = |out: &mut String| {
            if let Some(indent) = indent {
                out.push_str(self.newline);
                yaml::pad(indent, out);
            }
        };
        let deeper = indent.map(|indent| indent + step);
        match node.value() {
            Value::List(items) if !items.is_empty() => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    begin(at, out);
                    self.json(item, near, deeper, out);
                }
                end(out);
                out.push(']');
            }
            Value::Map(map) if !map.is_empty() => {
                out.push('{');
                for (at, (key, value)) in map.iter().enumerate() {
                    begin(at, out);
                    print::write_string(key, out);
                    out.push_str(colon);
                    self.json(value, near, deeper, out);
                }
                end(out);
                out.push('}');
            }
            _ => print::write_json(node, out),
        }
    }
}

/// A value on one line in YAML blocks, in the quotes of what stood there.
pub(super) fn scalar(node: &Node, old: &Shape) -> String {
    let mut out = String::new();
    match (node.as_str(), &old.kind) {
        (Some(text), ShapeKind::Scalar(Style::Double)) => print::write_string(text, &mut out),
        (Some(text), ShapeKind::Scalar(Style::Single))
            if text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'\'') =>
        {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        _ => yaml::inline(node, &mut out),
    }
    out
}
