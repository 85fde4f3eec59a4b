//! Lists.

use std::rc::Rc;

use super::Param::{Any, Int, Str};
use super::{Args, Function, Outcome, Problem, fixed, give, variadic};
use crate::helm::functions::math::to_int;
use crate::helm::machine::meter::LONGEST;
use crate::helm::object::Object;
use crate::helm::print;
use crate::helm::value::{IntType, List, ListType, Slot, Value, deep_equal};

pub(super) const TABLE: &[Function] = &[
    variadic("list", &[Any], |_, _, a| give(Value::list(a.iter().map(stored).collect()))),
    variadic("tuple", &[Any], |_, _, a| give(Value::list(a.iter().map(stored).collect()))),
    fixed("append", &[Any, Any], |_, _, a| push(a)),
    fixed("push", &[Any, Any], |_, _, a| push(a)),
    fixed("mustAppend", &[Any, Any], |_, _, a| push(a)),
    fixed("mustPush", &[Any, Any], |_, _, a| push(a)),
    fixed("prepend", &[Any, Any], |_, _, a| prepend(a)),
    fixed("mustPrepend", &[Any, Any], |_, _, a| prepend(a)),
    fixed("first", &[Any], |_, _, a| Ok(items(a, 0)?.first().cloned().unwrap_or(Value::Null.into()))),
    fixed("mustFirst", &[Any], |_, _, a| Ok(items(a, 0)?.first().cloned().unwrap_or(Value::Null.into()))),
    fixed("last", &[Any], |_, _, a| Ok(items(a, 0)?.last().cloned().unwrap_or(Value::Null.into()))),
    fixed("mustLast", &[Any], |_, _, a| Ok(items(a, 0)?.last().cloned().unwrap_or(Value::Null.into()))),
    fixed("rest", &[Any], |_, _, a| give(part(&items(a, 0)?, |items| items.get(1..)))),
    fixed("mustRest", &[Any], |_, _, a| give(part(&items(a, 0)?, |items| items.get(1..)))),
    fixed("initial", &[Any], |_, _, a| give(part(&items(a, 0)?, |items| items.get(..items.len() - 1)))),
    fixed("mustInitial", &[Any], |_, _, a| give(part(&items(a, 0)?, |items| items.get(..items.len() - 1)))),
    fixed("reverse", &[Any], |_, _, a| reverse(a)),
    fixed("mustReverse", &[Any], |_, _, a| reverse(a)),
    fixed("uniq", &[Any], |_, _, a| uniq(a)),
    fixed("mustUniq", &[Any], |_, _, a| uniq(a)),
    fixed("compact", &[Any], |_, _, a| compact(a)),
    fixed("mustCompact", &[Any], |_, _, a| compact(a)),
    variadic("without", &[Any, Any], |_, _, a| without(a)),
    variadic("mustWithout", &[Any, Any], |_, _, a| without(a)),
    fixed("has", &[Any, Any], |_, _, a| has(a)),
    fixed("mustHas", &[Any, Any], |_, _, a| has(a)),
    variadic("slice", &[Any, Any], |_, _, a| slice(a)),
    variadic("mustSlice", &[Any, Any], |_, _, a| slice(a)),
    variadic("concat", &[Any], |_, _, a| {
        let mut all = Vec::new();
        for at in 0..a.len() {
            all.extend(items(a, at)?);
        }
        give(Value::list(all))
    }),
    fixed("chunk", &[Int, Any], |_, _, a| chunk(a)),
    fixed("mustChunk", &[Int, Any], |_, _, a| chunk(a)),
    fixed("sortAlpha", &[Any], |_, _, a| {
        let mut strings = match Args(a).value(0) {
            Value::List(_) => strings(Args(a).value(0)),
            other => vec![print::string(other)],
        };
        strings.sort();
        give(Value::strings(strings))
    }),
    fixed("toStrings", &[Any], |_, _, a| give(Value::strings(strings(Args(a).value(0))))),
    fixed("join", &[Str, Any], |_, _, a| {
        let (by, items) = (Args(a).text(0), strings(Args(a).value(1)));
        if by.len().saturating_mul(items.len()) > LONGEST {
            return Err("the text becomes too long".into());
        }
        give(Value::str(items.join(&by)))
    }),
];

/// A value as it stands in a list.
fn stored(slot: &Slot) -> Slot {
    let mut slot = slot.clone();
    if matches!(slot.value, Value::Nil) {
        slot.value = Value::Null;
    }
    slot
}

/// The items of a list or of what Go would call a slice.
pub(super) fn items_of(value: &Value) -> Option<Vec<Slot>> {
    Some(match value {
        Value::List(list) => list.items.clone(),
        Value::Bytes(bytes) => {
            bytes.iter().map(|byte| Value::Int(i64::from(*byte), IntType::Uint8).into()).collect()
        }
        Value::Object(Object::ApiVersions(inner)) => {
            inner.api_versions.iter().map(|version| Value::str(version).into()).collect()
        }
        _ => return None,
    })
}

fn items(args: &[Slot], at: usize) -> Result<Vec<Slot>, Problem> {
    let value = Args(args).value(at);
    items_of(value).ok_or_else(|| match value {
        Value::Nil | Value::Null => "it takes a list, and gets no value".into(),
        other => format!("it takes a list, and gets a {}", other.kind()).into(),
    })
}

/// What sprig makes strings of; nil items are left out.
pub(super) fn strings(value: &Value) -> Vec<String> {
    match items_of(value) {
        Some(items) => {
            items.iter().filter(|item| !item.value.is_nil()).map(|item| print::string(&item.value)).collect()
        }
        None if value.is_nil() => Vec::new(),
        None => vec![print::string(value)],
    }
}

fn part(items: &[Slot], part: fn(&[Slot]) -> Option<&[Slot]>) -> Value {
    // Of nothing, nothing is left: a nil list.
    if items.is_empty() {
        Value::list(Vec::new())
    } else {
        Value::list(part(items).unwrap_or_default().to_vec())
    }
}

fn push(args: &[Slot]) -> Outcome {
    let mut items = items(args, 0)?;
    items.push(stored(&Args(args).slot(1)));
    give(Value::list(items))
}

fn prepend(args: &[Slot]) -> Outcome {
    let mut items = items(args, 0)?;
    items.insert(0, stored(&Args(args).slot(1)));
    give(Value::list(items))
}

fn reverse(args: &[Slot]) -> Outcome {
    let mut items = items(args, 0)?;
    items.reverse();
    give(Value::list(items))
}

fn uniq(args: &[Slot]) -> Outcome {
    let mut kept: Vec<Slot> = Vec::new();
    for item in items(args, 0)? {
        if !kept.iter().any(|before| deep_equal(&before.value, &item.value)) {
            kept.push(item);
        }
    }
    give(Value::list(kept))
}

fn compact(args: &[Slot]) -> Outcome {
    let mut items = items(args, 0)?;
    items.retain(|item| !item.value.is_empty());
    give(Value::list(items))
}

fn without(args: &[Slot]) -> Outcome {
    let mut items = items(args, 0)?;
    let omitted = Args(args).from(1);
    items.retain(|item| !omitted.iter().any(|other| deep_equal(&other.value, &item.value)));
    give(Value::list(items))
}

fn has(args: &[Slot]) -> Outcome {
    if Args(args).value(1).is_nil() {
        return give(Value::Bool(false));
    }
    let needle = Args(args).value(0);
    give(Value::Bool(items(args, 1)?.iter().any(|item| deep_equal(needle, &item.value))))
}

fn slice(args: &[Slot]) -> Outcome {
    let all = items(args, 0)?;
    if all.is_empty() {
        return give(Value::Null);
    }
    let start = if args.len() > 1 { to_int(Args(args).value(1)) } else { 0 };
    let end = if args.len() > 2 {
        to_int(Args(args).value(2))
    } else {
        i64::try_from(all.len()).unwrap_or(i64::MAX)
    };
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| all.get(start..end));
    let part =
        part.ok_or_else(|| format!("{start} to {end} is out of range: there are {} items", all.len()))?;
    let kind = match Args(args).value(0) {
        Value::List(list) => list.kind,
        _ => ListType::Any,
    };
    give(Value::List(Rc::new(List { items: part.to_vec(), kind })))
}

fn chunk(args: &[Slot]) -> Outcome {
    let items = items(args, 1)?;
    let Ok(size @ 1..) = usize::try_from(Args(args).int(0)) else {
        return Err("the size of a part is a number above 0".into());
    };
    let parts = items.chunks(size).map(|part| Value::list(part.to_vec()).into()).collect();
    give(Value::List(Rc::new(List { items: parts, kind: ListType::Lists })))
}
