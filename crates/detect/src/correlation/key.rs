//! Values as bytes: what groups and distinct values are told apart by, and shown as.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;

use crate::output::{ABSENT, plain};
use crate::predicate::{Event, Source};
use crate::value::Value;

const ABSENT_TAG: u8 = 0;
const TEXT_TAG: u8 = 1;
const LIST_TAG: u8 = 2;

/// Of longer texts the beginning is kept, and a hash of the whole.
const LONGEST: usize = 512;

/// Writes the values of some fields for an event, in place of what was written before.
pub(super) fn write<E: Event + ?Sized>(sources: &[Source], event: &E, out: &mut Vec<u8>) {
    out.clear();
    for source in sources {
        put(source.value(event).as_ref(), out);
    }
}

fn put(value: Option<&Value<'_>>, out: &mut Vec<u8>) {
    match value {
        None => out.push(ABSENT_TAG),
        Some(Value::Text(text)) => put_text(text, out),
        Some(Value::List(items) | Value::Any(items) | Value::Ends(items)) => {
            out.push(LIST_TAG);
            out.extend_from_slice(&u32::try_from(items.len()).unwrap_or(u32::MAX).to_le_bytes());
            for item in items {
                put(Some(item), out);
            }
        }
        Some(other) => put_text(plain(other).as_bytes(), out),
    }
}

fn put_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(TEXT_TAG);
    let Some((start, _)) = text.split_at_checked(LONGEST) else {
        out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        return out.extend_from_slice(text);
    };
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(start);
    // Writing into a vector does not fail.
    let _ = write!(out, "…{:016x}", hasher.finish());
    let length = u32::try_from(out.len() - at - 4).unwrap_or(u32::MAX).to_le_bytes();
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&length);
    }
}

/// The values that were written, as texts.
pub(super) fn texts(mut bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let Some((text, rest)) = take(bytes) else { break };
        all.push(text);
        bytes = rest;
    }
    all
}

/// The values that were written as one text, a blank between them.
pub(super) fn text(bytes: &[u8]) -> String {
    texts(bytes).join(" ")
}

fn take(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    if *tag == ABSENT_TAG {
        return Some((ABSENT.to_owned(), rest));
    }
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if *tag == TEXT_TAG {
        let (text, rest) = rest.split_at_checked(length)?;
        return Some((String::from_utf8_lossy(text).into_owned(), rest));
    }
    let mut items = Vec::new();
    let mut rest = rest;
    for _ in 0..length {
        let (item, behind) = take(rest)?;
        items.push(item);
        rest = behind;
    }
    Some((format!("({})", items.join(",")), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(values: &[Option<Value<'_>>]) -> Vec<u8> {
        let mut out = Vec::new();
        for value in values {
            put(value.as_ref(), &mut out);
        }
        out
    }

    #[test]
    fn values_survive_and_stay_apart() {
        let text = |text| Some(Value::text(text));
        let list = Some(Value::List(vec![Value::text("a"), Value::Int(2)]));
        let bytes = written(&[text("x"), None, list, text("")]);
        assert_eq!(texts(&bytes), ["x", "<NA>", "(a,2)", ""]);
        assert_ne!(written(&[text("ab"), text("c")]), written(&[text("a"), text("bc")]));
        assert_ne!(written(&[None]), written(&[text("<NA>")]));
        assert_eq!(written(&[Some(Value::Uint(7))]), written(&[text("7")]));
    }

    #[test]
    fn long_texts_are_cut_and_stay_apart() {
        let (one, other) = (format!("{}1", "x".repeat(5000)), format!("{}2", "x".repeat(5000)));
        let (one, other) = (written(&[Some(Value::text(&one))]), written(&[Some(Value::text(&other))]));
        assert_ne!(one, other);
        assert!(one.len() < 600);
        assert_eq!(texts(&one).len(), 1);
    }
}
