//! Strings. What only moves or trims text keeps what is known of where its parts came from.

use ironsides_tree::Text;

use super::Param::{Any, Int, Str as Text_};
use super::{Args, Function, Outcome, fixed, give, variadic};
use crate::helm::machine::meter::{LONGEST, MOST_ITEMS};
use crate::helm::print;
use crate::helm::value::{Inner, Map, MapType, Slot, Str, Value};

pub(super) const TABLE: &[Function] = &[
    fixed("trim", &[Text_], |_, _, a| cut(a, 0, |text| text.trim_matches(char::is_whitespace))),
    fixed("trimAll", &[Text_, Text_], |_, _, a| {
        let set = Args(a).text(0).into_owned();
        cut(a, 1, |text| text.trim_matches(|c| set.contains(c)))
    }),
    fixed("trimall", &[Text_, Text_], |_, _, a| {
        let set = Args(a).text(0).into_owned();
        cut(a, 1, |text| text.trim_matches(|c| set.contains(c)))
    }),
    fixed("trimSuffix", &[Text_, Text_], |_, _, a| {
        let suffix = Args(a).text(0).into_owned();
        cut(a, 1, |text| text.strip_suffix(&*suffix).unwrap_or(text))
    }),
    fixed("trimPrefix", &[Text_, Text_], |_, _, a| {
        let prefix = Args(a).text(0).into_owned();
        cut(a, 1, |text| text.strip_prefix(&*prefix).unwrap_or(text))
    }),
    fixed("trunc", &[Int, Text_], |_, _, a| trunc(a)),
    fixed("substr", &[Int, Int, Text_], |_, _, a| substr(a)),
    fixed("indent", &[Int, Text_], |_, _, a| give(Value::Str(indent(a, "")?))),
    fixed("nindent", &[Int, Text_], |_, _, a| give(Value::Str(indent(a, "\n")?))),
    variadic("quote", &[Any], |_, _, a| give(quote(a))),
    variadic("squote", &[Any], |_, _, a| {
        let values = a.iter().filter(|slot| !slot.value.is_nil());
        let quoted: Vec<String> = values.map(|slot| format!("'{}'", print::display(&slot.value))).collect();
        give(Value::str(quoted.join(" ")))
    }),
    variadic("cat", &[Any], |_, _, a| {
        let values = a.iter().filter(|slot| !slot.value.is_nil());
        let words: Vec<String> = values.map(|slot| print::display(&slot.value)).collect();
        give(Value::str(words.join(" ")))
    }),
    fixed("toString", &[Any], |_, _, a| match Args(a).value(0) {
        text @ (Value::Str(_) | Value::Binary(_)) => give(text.clone()),
        Value::Bytes(bytes) => give(Value::string_of(bytes.to_vec())),
        other => give(Value::str(print::string(other))),
    }),
    fixed("upper", &[Text_], |_, _, a| give(Value::str(Args(a).text(0).to_uppercase()))),
    fixed("lower", &[Text_], |_, _, a| give(Value::str(Args(a).text(0).to_lowercase()))),
    fixed("repeat", &[Int, Text_], |_, _, a| repeat(a)),
    fixed("replace", &[Text_, Text_, Text_], |_, _, a| {
        let (old, new, text) = (Args(a).text(0), Args(a).text(1), Args(a).text(2));
        let count = text.matches(&*old).count();
        if count == 0 {
            return Ok(Args(a).slot(2));
        }
        if count.saturating_mul(new.len()) > LONGEST {
            return Err("the text becomes too long".into());
        }
        give(Value::str(text.replace(&*old, &new)))
    }),
    fixed("contains", &[Text_, Text_], |_, _, a| {
        give(Value::Bool(memchr::memmem::find(Args(a).bytes(1), Args(a).bytes(0)).is_some()))
    }),
    fixed("hasPrefix", &[Text_, Text_], |_, _, a| {
        give(Value::Bool(Args(a).bytes(1).starts_with(Args(a).bytes(0))))
    }),
    fixed("hasSuffix", &[Text_, Text_], |_, _, a| {
        give(Value::Bool(Args(a).bytes(1).ends_with(Args(a).bytes(0))))
    }),
    fixed("split", &[Text_, Text_], |_, _, a| give(numbered(split(&Args(a).text(1), &Args(a).text(0), -1)?))),
    fixed("splitn", &[Text_, Int, Text_], |_, _, a| {
        give(numbered(split(&Args(a).text(2), &Args(a).text(0), Args(a).int(1))?))
    }),
    fixed("splitList", &[Text_, Text_], |_, _, a| {
        give(Value::strings(split(&Args(a).text(1), &Args(a).text(0), -1)?))
    }),
    fixed("plural", &[Text_, Text_, Int], |_, _, a| Ok(Args(a).slot(usize::from(Args(a).int(2) != 1)))),
];

/// A part of a string, with what is known of it.
fn part(text: &Str, start: usize, end: usize) -> Str {
    let cut = Text::new(text.text.get(start..end).unwrap_or_default());
    let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(end)) else {
        return Str { text: cut, marks: None };
    };
    let moved = |mark: &Inner| {
        let (start, end) = (mark.start.max(from), mark.end.min(to));
        (start < end).then(|| Inner { start: start - from, end: end - from, ..mark.clone() })
    };
    let marks = text.marks.as_ref().map(|marks| marks.iter().filter_map(moved).collect());
    Str { text: cut, marks }
}

fn cut(args: &[Slot], at: usize, cut: impl for<'t> Fn(&'t str) -> &'t str) -> Outcome {
    let slot = Args(args).slot(at);
    match &slot.value {
        Value::Str(text) => {
            let kept = cut(&text.text);
            if kept.len() == text.text.len() {
                return Ok(slot);
            }
            let start = kept.as_ptr().addr() - text.text.as_ptr().addr();
            let end = start + kept.len();
            give(Value::Str(part(text, start, end)))
        }
        _ => give(Value::str(cut(&Args(args).text(at)))),
    }
}

/// A part of a string by its bytes, as Go cuts.
fn bytes_part(args: &[Slot], at: usize, start: usize, end: usize) -> Outcome {
    match Args(args).value(at) {
        Value::Str(text) if text.text.is_char_boundary(start) && text.text.is_char_boundary(end) => {
            give(Value::Str(part(text, start, end)))
        }
        _ => {
            let bytes = Args(args).bytes(at);
            give(Value::string_of(bytes.get(start..end).unwrap_or_default().to_vec()))
        }
    }
}

fn trunc(args: &[Slot]) -> Outcome {
    let (count, length) = (Args(args).int(0), Args(args).bytes(1).len());
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if size >= length {
        return Ok(Args(args).slot(1));
    }
    if count < 0 { bytes_part(args, 1, length - size, length) } else { bytes_part(args, 1, 0, size) }
}

fn substr(args: &[Slot]) -> Outcome {
    let (start, end, length) = (Args(args).int(0), Args(args).int(1), Args(args).bytes(2).len());
    let whole = i64::try_from(length).unwrap_or(i64::MAX);
    let (start, end) = if start < 0 {
        (0, end)
    } else if end < 0 || end > whole {
        (start, whole)
    } else {
        (start, end)
    };
    match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) if start <= end && end <= length => bytes_part(args, 2, start, end),
        _ => Err(format!("{start} to {end} is out of range: the string has {length} bytes").into()),
    }
}

fn indent(args: &[Slot], before: &str) -> Result<Str, super::Problem> {
    let width = usize::try_from(Args(args).int(0)).map_err(|_| "the indent is a number from 0".to_owned())?;
    let text = Args(args).text(1);
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    if width.saturating_mul(lines) > LONGEST {
        return Err("so much indent makes the text too long".into());
    }
    let pad = " ".repeat(width);
    let mut out = String::with_capacity(before.len() + text.len() + width * lines);
    out.push_str(before);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out.push_str(&pad);
        out.push_str(line);
    }
    let marks = match Args(args).value(1) {
        Value::Str(Str { marks: Some(marks), .. }) => {
            let breaks: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
            let moved = |at: u32| {
                let line = breaks.partition_point(|place| *place < at as usize);
                u32::try_from(at as usize + before.len() + width * (line + 1)).unwrap_or(u32::MAX)
            };
            Some(
                marks
                    .iter()
                    .map(|mark| Inner { start: moved(mark.start), end: moved(mark.end), ..mark.clone() })
                    .collect(),
            )
        }
        _ => None,
    };
    Ok(Str { text: Text::new(out), marks })
}

fn quote(args: &[Slot]) -> Value {
    if let [Slot { value: Value::Str(text), .. }] = args
        && let Some(marks) = &text.marks
        && !text.text.contains(['"', '\\', '\n'])
    {
        let quoted = print::quote(text.text.as_bytes());
        if quoted.len() == text.text.len() + 2 {
            let moved =
                marks.iter().map(|mark| Inner { start: mark.start + 1, end: mark.end + 1, ..mark.clone() });
            return Value::Str(Str { text: Text::new(quoted), marks: Some(moved.collect()) });
        }
    }
    let values = args.iter().filter(|slot| !slot.value.is_nil());
    let quoted: Vec<String> = values
        .map(|slot| match slot.value.as_bytes() {
            Some(bytes) => print::quote(bytes),
            None => print::quote(print::string(&slot.value).as_bytes()),
        })
        .collect();
    Value::str(quoted.join(" "))
}

fn repeat(args: &[Slot]) -> Outcome {
    let text = Args(args).text(1);
    let Ok(count) = usize::try_from(Args(args).int(0)) else {
        return Err("a string is repeated 0 times or more".into());
    };
    if text.len().saturating_mul(count) > LONGEST {
        return Err("the string becomes too long".into());
    }
    give(Value::str(text.repeat(count)))
}

/// `strings.SplitN`.
pub(super) fn split(text: &str, by: &str, most: i64) -> Result<Vec<String>, String> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    if limit > MOST_ITEMS && text.matches(by).take(MOST_ITEMS).count() >= MOST_ITEMS {
        return Err(format!("it gives more than {MOST_ITEMS} parts"));
    }
    if by.is_empty() {
        let mut chars: Vec<String> = text.chars().map(String::from).collect();
        if chars.len() > limit {
            let rest = chars.split_off(limit - 1).concat();
            chars.push(rest);
        }
        return Ok(chars);
    }
    Ok(text.splitn(limit, by).map(str::to_owned).collect())
}

fn numbered(parts: Vec<String>) -> Value {
    let entries = parts
        .into_iter()
        .enumerate()
        .map(|(at, part)| (Text::new(format!("_{at}")), Value::str(part).into()));
    Value::Map(Map::with(MapType::Strings, entries.collect()))
}
