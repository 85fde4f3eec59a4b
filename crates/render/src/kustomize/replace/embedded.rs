//! Replacements within documents that stand in a scalar: JSON or YAML in a config map.

use std::sync::Arc;

use ironsides_tree::{Node as Plain, Span, Value, parse_one};

use super::lookup;
use crate::kustomize::node::Node;
use crate::kustomize::origin::Because;
use crate::kustomize::scalar::{Scalar, Tag, tag_of};

/// Writes into the first scalar on the way that holds a document, if the rest of the path leads to a scalar there.
pub(super) fn write(root: &mut Node, path: &[String], value: &Node, because: &Arc<Because>) -> bool {
    for at in 1..path.len() {
        let (outer, inner) = path.split_at(at);
        let Some(node) = lookup(root, outer) else { continue };
        let Some(scalar) = node.as_scalar() else { continue };
        let Some(text) = replaced(&scalar.text, inner, value) else { return false };
        let (scalar, origin) = (
            Scalar { text: text.into(), ..scalar.clone() },
            node.origin.rewritten(value.origin.place, because),
        );
        if let Some(node) = lookup_mut(root, outer) {
            *node = Node::scalar(scalar, origin);
            return true;
        }
        return false;
    }
    false
}

fn lookup_mut<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, name| {
        if let Ok(at) = name.parse::<usize>() {
            return node.items_mut()?.get_mut(at);
        }
        match super::condition(name) {
            Some((key, value)) => node.items_mut()?.iter_mut().find(|item| {
                if key.is_empty() {
                    item.text() == value
                } else {
                    item.get(key).is_some_and(|found| found.text() == value)
                }
            }),
            None => node.get_mut(name),
        }
    })
}

/// The text of a document with another scalar at a path. JSON is written anew, as Go would; in YAML the scalar is
/// exchanged and all else stays.
fn replaced(text: &str, path: &[String], value: &Node) -> Option<String> {
    let document = parse_one(text).ok()?;
    let place = find(&document, path)?;
    if matches!(place.value(), Value::List(_) | Value::Map(_)) {
        return None;
    }
    let span = place.span();
    let written = span.slice(text)?;
    let new = value.text();
    let begin = text.trim_start();
    if begin.starts_with('{') || begin.starts_with('[') {
        let string = matches!(place.value(), Value::String(_));
        return Some(json(text, &document, span, new, string));
    }
    let quoted = match written.chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{new}{quote}"),
        _ if matches!(place.value(), Value::String(_)) && tag_of(new) != Tag::String => format!("\"{new}\""),
        _ => new.to_owned(),
    };
    let mut out = String::with_capacity(text.len() + quoted.len());
    out.push_str(text.get(..span.start as usize)?);
    out.push_str(&quoted);
    out.push_str(text.get(span.end as usize..)?);
    Some(out.trim().to_owned())
}

fn find<'n>(node: &'n Plain, path: &[String]) -> Option<&'n Plain> {
    path.iter().try_fold(node, |node, name| {
        if let Ok(at) = name.parse::<usize>() {
            return node.items().get(at);
        }
        match super::condition(name) {
            Some((key, value)) => {
                node.items().iter().find(|item| item.get(key).and_then(Plain::as_str) == Some(value))
            }
            None => node.get(name),
        }
    })
}

/// JSON with another scalar at a span, keys sorted; on several lines where the text was.
fn json(text: &str, root: &Plain, span: Span, new: &str, string: bool) -> String {
    let pretty = text.contains('\n') && text.contains("  ");
    let mut out = String::new();
    write_json(&mut out, root, &|node| (node.span() == span).then_some((new, string)), pretty.then_some(0));
    out
}

type Exchange<'a> = dyn Fn(&Plain) -> Option<(&'a str, bool)> + 'a;

fn write_json(out: &mut String, node: &Plain, exchange: &Exchange<'_>, level: Option<usize>) {
    use crate::kustomize::json::string;
    let line = |out: &mut String, level: Option<usize>| {
        if let Some(level) = level {
            out.push('\n');
            out.push_str(&"  ".repeat(level));
        }
    };
    let inner = level.map(|level| level + 1);
    match (exchange(node), node.value()) {
        (Some((new, true)), _) => string(out, new),
        (Some((new, false)), _) if tag_of(new) == Tag::String => string(out, new),
        (Some((new, false)), _) => out.push_str(new),
        (None, Value::String(text)) => string(out, text),
        (None, Value::List(items)) if !items.is_empty() => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(out, inner);
                write_json(out, item, exchange, inner);
            }
            line(out, level);
            out.push(']');
        }
        (None, Value::Map(map)) if !map.is_empty() => {
            let mut sorted: Vec<_> = map.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(out, inner);
                string(out, key);
                out.push_str(if level.is_some() { ": " } else { ":" });
                write_json(out, value, exchange, inner);
            }
            line(out, level);
            out.push('}');
        }
        (None, _) => out.push_str(&ironsides_tree::print::json(node)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::names;
    use super::*;
    use crate::kustomize::origin::Origin;

    #[test]
    fn documents_in_scalars_are_written() {
        let value = Node::string("db.prod", Origin::NONE);
        for (text, path, expected) in [
            (r#"{"b": {"host": "x"}, "a": 1}"#, "b.host", Some(r#"{"a":1,"b":{"host":"db.prod"}}"#)),
            ("b:\n  host: x # here\na: 1\n", "b.host", Some("b:\n  host: db.prod # here\na: 1")),
            ("[{\"name\": \"a\", \"v\": \"x\"}]", "[name=a].v", Some(r#"[{"name":"a","v":"db.prod"}]"#)),
            ("plain text", "b.host", None),
            ("{\n  \"a\": \"b\"\n}", "a", Some("{\n  \"a\": \"db.prod\"\n}")),
        ] {
            assert_eq!(replaced(text, &names(path), &value).as_deref(), expected, "{text}");
        }
    }
}
