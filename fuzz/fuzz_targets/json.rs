//! Any text as JSON: read as serde_json reads it.

#![no_main]

use ironsides_tree::{Documents, Format, Limits, Node, Value};
use libfuzzer_sys::fuzz_target;

fn same(node: &Node, other: &serde_json::Value) -> bool {
    match (node.value(), other) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
        (Value::Int(a), serde_json::Value::Number(b)) => b.as_i64() == Some(*a) || *a == 0 && b.as_f64() == Some(0.0),
        (Value::Float(a), serde_json::Value::Number(b)) => {
            b.as_f64().is_some_and(|b| (*a - b).abs() <= b.abs() * 1e-15 + 1e-300)
        }
        (Value::String(a), serde_json::Value::String(b)) => a == b,
        (Value::List(a), serde_json::Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), serde_json::Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => false,
    }
}

fuzz_target!(|text: &str| {
    // It refuses lone surrogates, which Go and we replace; it knows no byte order mark; it stops at 128 levels.
    let surrogate = ["\\ud", "\\uD"].iter().any(|escape| text.contains(escape));
    if surrogate || text.starts_with('\u{feff}') || text.matches(['[', '{']).count() > 120 {
        Documents::with_format(text, Format::Json, Limits::default()).for_each(drop);
        return;
    }
    let limits = Limits { split_lists: false, ..Limits::default() };
    let mut ours = Documents::with_format(text, Format::Json, limits);
    match (ours.next(), ours.next(), serde_json::from_str::<serde_json::Value>(text)) {
        (Some(Ok(ours)), None, Ok(theirs)) => assert!(same(&ours.root, &theirs), "{:?} {theirs:?}", ours.root),
        (Some(Ok(ours)), None, Err(error)) => panic!("{:?} {error}", ours.root),
        (ours, _, Ok(theirs)) => panic!("{ours:?} {theirs:?}"),
        _ => {}
    }
});
