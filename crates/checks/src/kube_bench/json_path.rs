//! The `JSONPath` of kubectl, as far as benchmark files use it: fields, indices, slices, `range`, texts.
//!
//! Source: kubernetes.io/docs/reference/kubectl/jsonpath and the behaviour of `k8s.io/client-go/util/jsonpath` with
//! missing keys allowed: maps and lists print as JSON, several results with a blank between, null as `null`.

use ironsides_tree::{Node, Value, parse_one, print};

use super::shell::Unsure;

/// What a template prints of a document; the inner error is one that kube-bench takes for a test that fails.
///
/// # Errors
///
/// A part of the template that is not read here.
pub(super) fn print(template: &str, text: &str) -> Result<Result<String, String>, Unsure> {
    let json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let root = match parse_one(text) {
        Ok(root) => root,
        Err(error) => return Ok(Err(error.message)),
    };
    let parts = parse(template)?;
    let mut out = String::new();
    match write(&parts, &root, json, &mut out) {
        Ok(()) => Ok(Ok(out)),
        Err(why) => Ok(Err(why)),
    }
}

/// A part of a template.
enum Part {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Part>),
}

enum Step {
    Field(String),
    Index(i64),
    Slice(Option<i64>, Option<i64>),
    All,
}

fn unread(template: &str) -> Unsure {
    Unsure::new(format!("the path {template:?} is not read here"))
}

fn parse(template: &str) -> Result<Vec<Part>, Unsure> {
    // Ranges that are open, each with what stands before it.
    let mut open: Vec<(Vec<Part>, Vec<Step>)> = Vec::new();
    let mut parts = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let (text, behind) = rest.split_once('{').unwrap_or((rest, ""));
        if !text.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        if behind.is_empty() {
            break;
        }
        let end = closing(behind).ok_or_else(|| unread(template))?;
        let inner = behind.get(..end).unwrap_or_default().trim();
        rest = behind.get(end + 1..).unwrap_or_default();
        if let Some(path) = inner.strip_prefix("range ") {
            open.push((std::mem::take(&mut parts), steps(path.trim()).ok_or_else(|| unread(template))?));
        } else if inner == "end" {
            let (before, path) = open.pop().ok_or_else(|| unread(template))?;
            let body = std::mem::replace(&mut parts, before);
            parts.push(Part::Range(path, body));
        } else if let Some(text) = quoted(inner) {
            parts.push(Part::Text(text));
        } else {
            parts.push(Part::Path(steps(inner).ok_or_else(|| unread(template))?));
        }
    }
    if open.is_empty() { Ok(parts) } else { Err(unread(template)) }
}

/// Where the brace closes that is open at the beginning.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (_, Some(mark)) if c == mark => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('}', None) => return Some(at),
            _ => {}
        }
    }
    None
}

fn quoted(text: &str) -> Option<String> {
    let mark = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
    (!inner.contains(mark)).then(|| inner.replace("\\n", "\n").replace("\\t", "\t"))
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix(['$', '@']).unwrap_or(path);
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('.') {
            // `..` looks at any depth.
            if behind.starts_with('.') {
                return None;
            }
            let end = behind.find(['.', '[']).unwrap_or(behind.len());
            let name = behind.get(..end)?;
            match name {
                "*" => steps.push(Step::All),
                "" => {}
                _ if name.contains(['(', '?', '\'', '"', '\\']) => return None,
                _ => steps.push(Step::Field(name.into())),
            }
            rest = behind.get(end..)?;
        } else if let Some(behind) = rest.strip_prefix('[') {
            let (inner, behind) = behind.split_once(']')?;
            let number = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
            steps.push(match (inner, inner.split_once(':')) {
                ("*", _) => Step::All,
                (_, Some((from, to))) => Step::Slice(number(from.trim())?, number(to.trim())?),
                _ => match (quoted(inner), inner.parse()) {
                    (Some(name), _) => Step::Field(name),
                    (None, Ok(at)) => Step::Index(at),
                    _ => return None,
                },
            });
            rest = behind;
        } else {
            return None;
        }
    }
    Some(steps)
}

fn write(parts: &[Part], node: &Node, json: bool, out: &mut String) -> Result<(), String> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Path(path) => {
                let texts: Vec<String> = follow(path, node)?
                    .into_iter()
                    .map(|found| told(found, json))
                    .collect::<Result<_, _>>()?;
                out.push_str(&texts.join(" "));
            }
            Part::Range(path, body) => {
                for found in follow(path, node)? {
                    write(body, found, json, out)?;
                }
            }
        }
    }
    Ok(())
}

fn follow<'a>(path: &[Step], node: &'a Node) -> Result<Vec<&'a Node>, String> {
    let mut found = vec![node];
    for step in path {
        let mut next = Vec::new();
        for node in found {
            match (step, node.value()) {
                (Step::Field(name), Value::Map(map)) => next.extend(map.get(name)),
                (Step::All, Value::Map(map)) => next.extend(map.iter().map(|(_, value)| value)),
                (Step::All, Value::List(items)) => next.extend(items.iter()),
                (Step::Index(at), Value::List(items)) => {
                    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
                    let place = if *at < 0 { length + at } else { *at };
                    let item = usize::try_from(place).ok().and_then(|place| items.get(place));
                    next.push(
                        item.ok_or_else(|| {
                            format!("array index out of bounds: index {at}, length {length}")
                        })?,
                    );
                }
                (Step::Slice(from, to), Value::List(items)) => {
                    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
                    let place = |at: i64| if at < 0 { length + at } else { at };
                    let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(length)).min(length));
                    let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
                    next.extend(range.and_then(|(from, to)| items.get(from..to)).unwrap_or_default());
                }
                (Step::Index(_) | Step::Slice(..), Value::Null) => {}
                (Step::Index(_) | Step::Slice(..), _) => {
                    return Err(format!("{} is not array or slice", node.shape()));
                }
                _ => {}
            }
        }
        found = next;
    }
    Ok(found)
}

fn told(node: &Node, json: bool) -> Result<String, String> {
    Ok(match node.value() {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => print::number(*value),
        Value::String(text) => text.to_string(),
        // Go's JSON does not write the maps that its YAML reads.
        Value::Map(_) if !json => return Err("json: unsupported type: map[interface {}]interface {}".into()),
        Value::List(_) | Value::Map(_) => print::json(node),
    })
}
