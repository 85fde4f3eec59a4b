//! Go's own functions: logic, comparison, printing, indexing.

use super::Param::{Any, Raw};
use super::{Args, Function, Outcome, Problem, fixed, give, variadic};
use crate::helm::object::Object;
use crate::helm::print;
use crate::helm::value::{IntType, List, MapType, Slot, Str, Value};
use std::cmp::Ordering;
use std::fmt::Write;
use std::rc::Rc;

pub(super) const TABLE: &[Function] = &[
    // The machine runs these two itself, since they do not look at all their arguments.
    variadic("and", &[Raw, Raw], |_, _, a| Ok(Args(a).slot(0))),
    variadic("or", &[Raw, Raw], |_, _, a| Ok(Args(a).slot(0))),
    fixed("not", &[Raw], |_, _, a| give(Value::Bool(!Args(a).value(0).truth()))),
    variadic("eq", &[Raw, Raw], |_, _, a| equal_any(a).map(|yes| Value::Bool(yes).into())),
    fixed("ne", &[Raw, Raw], |_, _, a| equal_any(a).map(|yes| Value::Bool(!yes).into())),
    fixed("lt", &[Raw, Raw], |_, _, a| compare(a, |order| order == Ordering::Less)),
    fixed("le", &[Raw, Raw], |_, _, a| compare(a, |order| order != Ordering::Greater)),
    fixed("gt", &[Raw, Raw], |_, _, a| compare(a, |order| order == Ordering::Greater)),
    fixed("ge", &[Raw, Raw], |_, _, a| compare(a, |order| order != Ordering::Less)),
    fixed("len", &[Raw], |_, _, a| length(Args(a).value(0)).map(|n| Value::size(n).into())),
    variadic("index", &[Raw, Raw], |_, _, a| index(a)),
    variadic("print", &[Any], |_, _, a| give(Value::str(print::sprint(&Args(a).values(0))))),
    variadic("println", &[Any], |_, _, a| give(Value::str(print::sprintln(&Args(a).values(0))))),
    variadic("printf", &[super::Param::Str, Any], |_, _, a| printf(a)),
    variadic("html", &[Any], |_, _, a| give(Value::str(html(&joined(a))))),
    variadic("js", &[Any], |_, _, a| give(Value::str(js(&joined(a))))),
    variadic("urlquery", &[Any], |_, _, a| give(Value::str(url_query(&joined(a))))),
    variadic("call", &[Raw, Any], |_, _, _| Err("no value of a chart is a function".into())),
];

#[derive(PartialEq, Eq)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    Str,
    None,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(_) => Basic::Bool,
        Value::Int(_, IntType::Uint8 | IntType::Uint64) => Basic::Uint,
        Value::Int(..) => Basic::Int,
        Value::Float(_) => Basic::Float,
        Value::Str(_) | Value::Binary(_) => Basic::Str,
        _ => Basic::None,
    }
}

fn mismatch(a: &Value, b: &Value) -> Problem {
    let hint = match (a, b) {
        (Value::Float(_), Value::Int(..)) | (Value::Int(..), Value::Float(_)) => {
            Some("numbers from values files are floats: compare with (int …) or (float64 …)".to_owned())
        }
        _ => None,
    };
    Problem::Said(format!("{} and {} cannot be compared", a.type_name(), b.type_name()), hint)
}

fn equal(a: &Value, b: &Value) -> Result<bool, Problem> {
    match (a, b) {
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a == b),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        #[expect(clippy::float_cmp, reason = "Go compares them so")]
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Str(_) | Value::Binary(_), Value::Str(_) | Value::Binary(_)) => {
            Ok(a.as_bytes() == b.as_bytes())
        }
        _ if a.is_nil() || b.is_nil() => Ok(a.is_nil() && b.is_nil()),
        _ if basic(a) != basic(b) => Err(mismatch(a, b)),
        (Value::Object(a), Value::Object(b)) => Ok(a == b),
        _ => Err(format!("a {} cannot be compared with eq; use deepEqual", a.kind()).into()),
    }
}

fn equal_any(args: &[Slot]) -> Result<bool, Problem> {
    let (first, rest) = args.split_first().ok_or("it takes values to compare")?;
    if rest.is_empty() {
        return Err("it takes a second value to compare with".into());
    }
    for other in rest {
        if equal(&first.value, &other.value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn compare(args: &[Slot], holds: fn(Ordering) -> bool) -> Outcome {
    let (a, b) = (Args(args).value(0), Args(args).value(1));
    let order = match (a, b) {
        (Value::Int(a, _), Value::Int(b, _)) => Some(a.cmp(b)),
        // What is no number is neither more nor less nor the same.
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(_) | Value::Binary(_), Value::Str(_) | Value::Binary(_)) => {
            Some(a.as_bytes().cmp(&b.as_bytes()))
        }
        _ if basic(a) == Basic::None
            || basic(b) == Basic::None
            || basic(a) == Basic::Bool && basic(b) == Basic::Bool =>
        {
            let odd = if basic(a) == Basic::None || basic(a) == Basic::Bool { a } else { b };
            return Err(format!("a value of type {} has no order", odd.type_name()).into());
        }
        _ => return Err(mismatch(a, b)),
    };
    give(Value::Bool(order.is_some_and(holds)))
}

pub(super) fn length(value: &Value) -> Result<usize, Problem> {
    Ok(match value {
        Value::Str(text) => text.text.len(),
        Value::Binary(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.len(),
        Value::Object(Object::Files(files)) => files.len(),
        Value::Object(Object::ApiVersions(capabilities)) => capabilities.api_versions.len(),
        Value::Nil | Value::Null => return Err("no value has no length".into()),
        other => return Err(format!("a value of type {} has no length", other.type_name()).into()),
    })
}

fn index(args: &[Slot]) -> Outcome {
    let (first, rest) = args.split_first().ok_or("it takes a list or map")?;
    let mut at = first.clone();
    if at.value.is_nil() {
        return Err("no value has no items".into());
    }
    for key in rest {
        at = match (&at.value, &key.value) {
            (Value::Map(map), Value::Str(key)) => match map.get(&key.text) {
                Some(slot) => slot,
                None if map.kind == MapType::Strings => Value::Str(Str::default()).into(),
                None => Value::Null.into(),
            },
            (Value::Object(Object::Files(files)), Value::Str(key)) => {
                let bytes = files.get(key.text.as_str()).map_or(&[][..], |bytes| bytes);
                Value::Bytes(bytes.into()).into()
            }
            (Value::Map(_) | Value::Object(Object::Files(_)), key) => {
                return Err(format!("a map's key is a string, not a {}", key.type_name()).into());
            }
            (Value::List(list), Value::Int(number, _)) => item(list, *number)?,
            (Value::Str(text), Value::Int(number, _)) => {
                let byte = usize::try_from(*number).ok().and_then(|at| text.text.as_bytes().get(at));
                let byte = byte.ok_or_else(|| out_of_range(*number, text.text.len()))?;
                Value::Int(i64::from(*byte), IntType::Uint8).into()
            }
            (Value::Object(Object::ApiVersions(inner)), Value::Int(number, _)) => {
                let version = usize::try_from(*number).ok().and_then(|at| inner.api_versions.get(at));
                Value::str(version.ok_or_else(|| out_of_range(*number, inner.api_versions.len()))?).into()
            }
            (Value::List(_) | Value::Str(_), key) => {
                return Err(format!("a list's index is an integer, not a {}", key.type_name()).into());
            }
            (Value::Nil | Value::Null, _) => return Err("no value has no items".into()),
            (other, _) => return Err(format!("a {} has no items", other.type_name()).into()),
        };
    }
    Ok(at)
}

fn out_of_range(number: i64, length: usize) -> String {
    format!("index {number} is out of range: there are {length} items")
}

fn item(list: &Rc<List>, number: i64) -> Result<Slot, Problem> {
    let slot = usize::try_from(number).ok().and_then(|at| list.items.get(at));
    slot.cloned().ok_or_else(|| out_of_range(number, list.items.len()).into())
}

fn printf(args: &[Slot]) -> Outcome {
    let args = Args(args);
    // Where a format only names a string, its parts stay known.
    if let (Value::Str(format), [Slot { value: Value::Str(text), .. }]) = (args.value(0), args.from(1))
        && matches!(format.text.as_str(), "%s" | "%v")
    {
        return give(Value::Str(text.clone()));
    }
    give(Value::str(print::sprintf(&args.text(0), &args.values(1))))
}

fn joined(args: &[Slot]) -> String {
    match args {
        [Slot { value: Value::Str(text), .. }] => text.text.to_string(),
        [Slot { value: Value::Nil | Value::Null, .. }] => print::NO_VALUE.to_owned(),
        args => print::sprint(&Args(args).values(0)),
    }
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' => {
                _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

pub(super) fn url_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}
