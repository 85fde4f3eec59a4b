//! Words, paths and URLs.

use super::Param::{Int, Map as MapParam, Str};
use super::{Args, Function, Outcome, fixed, give};
use crate::helm::machine::meter::LONGEST;
use crate::helm::value::{Slot, Value};
use std::fmt::Write;

pub(super) const TABLE: &[Function] = &[
    fixed("title", &[Str], |_, _, a| give(Value::str(each_word(&Args(a).text(0), true)))),
    fixed("untitle", &[Str], |_, _, a| give(Value::str(each_word(&Args(a).text(0), false)))),
    fixed("nospace", &[Str], |_, _, a| {
        give(Value::str(Args(a).text(0).chars().filter(|c| !c.is_whitespace()).collect::<String>()))
    }),
    fixed("initials", &[Str], |_, _, a| {
        let text = Args(a).text(0);
        give(Value::str(text.split_whitespace().filter_map(|word| word.chars().next()).collect::<String>()))
    }),
    fixed("swapcase", &[Str], |_, _, a| give(Value::str(swap_case(&Args(a).text(0))))),
    // Chance is left out: the string stays as it is.
    fixed("shuffle", &[Str], |_, _, a| Ok(Args(a).slot(0))),
    fixed("snakecase", &[Str], |_, _, a| give(Value::str(joined(&Args(a).text(0), '_')))),
    fixed("kebabcase", &[Str], |_, _, a| give(Value::str(joined(&Args(a).text(0), '-')))),
    fixed("camelcase", &[Str], |_, _, a| give(Value::str(camel(&Args(a).text(0))))),
    fixed("abbrev", &[Int, Str], |_, _, a| abbreviate(a, 0, Args(a).int(0), 1)),
    fixed("abbrevboth", &[Int, Int, Str], |_, _, a| abbreviate(a, Args(a).int(0), Args(a).int(1), 2)),
    fixed("wrap", &[Int, Str], |_, _, a| {
        give(Value::str(wrap(&Args(a).text(1), Args(a).int(0), "\n", false)))
    }),
    fixed("wrapWith", &[Int, Str, Str], |_, _, a| {
        let by = Args(a).text(1);
        let by = if by.is_empty() { "\n" } else { &by };
        give(Value::str(wrap(&Args(a).text(2), Args(a).int(0), by, true)))
    }),
    fixed("base", &[Str], |_, _, a| give(Value::str(base(&Args(a).text(0))))),
    fixed("osBase", &[Str], |_, _, a| give(Value::str(base(&Args(a).text(0))))),
    fixed("dir", &[Str], |_, _, a| give(Value::str(dir(&Args(a).text(0))))),
    fixed("osDir", &[Str], |_, _, a| give(Value::str(dir(&Args(a).text(0))))),
    fixed("clean", &[Str], |_, _, a| give(Value::str(clean(&Args(a).text(0))))),
    fixed("osClean", &[Str], |_, _, a| give(Value::str(clean(&Args(a).text(0))))),
    fixed("ext", &[Str], |_, _, a| give(Value::str(extension(&Args(a).text(0))))),
    fixed("osExt", &[Str], |_, _, a| give(Value::str(extension(&Args(a).text(0))))),
    fixed("isAbs", &[Str], |_, _, a| give(Value::Bool(Args(a).text(0).starts_with('/')))),
    fixed("osIsAbs", &[Str], |_, _, a| give(Value::Bool(Args(a).text(0).starts_with('/')))),
    fixed("urlParse", &[Str], |_, _, a| url_parse(&Args(a).text(0))),
    fixed("urlJoin", &[MapParam], |_, _, a| url_join(a)),
];

/// Turns the first letter of each word.
fn each_word(text: &str, upper: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    for c in text.chars() {
        match (first, upper) {
            (true, true) => out.extend(c.to_uppercase()),
            (true, false) => out.extend(c.to_lowercase()),
            (false, _) => out.push(c),
        }
        first = if upper {
            // What Go's strings.Title takes for the border of a word.
            !(c.is_alphanumeric() || c == '_') && (c.is_ascii() || c.is_whitespace())
        } else {
            c.is_whitespace()
        };
    }
    out
}

fn swap_case(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let swapped: Vec<char> =
                if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() };
            swapped
        })
        .collect()
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// The words of a text in lower case with something between them: `FirstName` is `first_name`. Words are told apart
/// at connectors, where a capital begins, and where digits begin or end.
fn joined(text: &str, connector: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        if is_connector(c) {
            if before.is_none_or(|before| !is_connector(before)) || before.is_some_and(is_connector) {
                out.push(connector);
            }
            continue;
        }
        if let Some(before) = before.filter(|before| !is_connector(*before) && !before.is_ascii_punctuation())
        {
            let starts = c.is_uppercase()
                && (!before.is_uppercase() && !before.is_numeric()
                    || before.is_uppercase() && after.is_some_and(char::is_lowercase));
            let digits = c.is_numeric() && before.is_alphabetic() && {
                let end = chars.iter().skip(at).find(|c| !c.is_numeric());
                end.is_some_and(|end| end.is_lowercase())
            };
            let upper_after_digit = before.is_numeric() && c.is_uppercase();
            if starts || digits || upper_after_digit {
                out.push(connector);
            }
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// `some_words` as `SomeWords`.
fn camel(text: &str) -> String {
    let lead = text.len() - text.trim_start_matches(is_connector).len();
    let mut out = text.get(..lead).unwrap_or_default().to_owned();
    let mut start = true;
    let mut lowering = false;
    let mut chars = text.get(lead..).unwrap_or_default().chars().peekable();
    while let Some(c) = chars.next() {
        if is_connector(c) {
            if chars.peek().is_none_or(|next| is_connector(*next)) {
                out.push(c);
            }
            start = true;
            continue;
        }
        if start {
            lowering = c.is_uppercase();
            out.extend(c.to_uppercase());
            start = false;
        } else if lowering && c.is_uppercase() {
            out.extend(c.to_lowercase());
        } else {
            lowering = false;
            out.push(c);
        }
    }
    out
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn abbreviate(args: &[Slot], offset: i64, width: i64, at: usize) -> Outcome {
    let bytes = Args(args).bytes(at);
    let (Ok(width), offset) = (usize::try_from(width), usize::try_from(offset).unwrap_or(0)) else {
        return Ok(Args(args).slot(at));
    };
    if width < 4 || (offset > 0 && width < 7) || bytes.len() <= width {
        return Ok(Args(args).slot(at));
    }
    let text = shortened(bytes, offset, width);
    give(Value::string_of(text))
}

fn shortened(bytes: &[u8], offset: usize, width: usize) -> Vec<u8> {
    if bytes.len() <= width {
        return bytes.to_vec();
    }
    let keep = width - 3;
    let offset = offset.min(bytes.len());
    let offset = if bytes.len() - offset < keep { bytes.len() - keep } else { offset };
    if offset <= 4 {
        return [bytes.get(..keep).unwrap_or_default(), b"..."].concat();
    }
    let tail = bytes.get(offset..).unwrap_or_default();
    if offset + keep < bytes.len() {
        return [b"...", shortened(tail, 0, keep).as_slice()].concat();
    }
    [b"...", bytes.get(bytes.len() - keep..).unwrap_or_default()].concat()
}

fn wrap(text: &str, width: i64, by: &str, long_words: bool) -> String {
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    // What is too long is refused by the machine, however much longer it would become.
    while bytes.len() - at > width && out.len() <= LONGEST {
        if bytes.get(at) == Some(&b' ') {
            at += 1;
            continue;
        }
        let line = bytes.get(at..=at + width).unwrap_or_default();
        let (end, next) = match line.iter().rposition(|byte| *byte == b' ') {
            Some(space) => (at + space, at + space + 1),
            None if long_words => (at + width, at + width),
            None => {
                let space = bytes.iter().skip(at + width).position(|byte| *byte == b' ');
                let Some(space) = space else {
                    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
                    return lossy(&out);
                };
                (at + width + space, at + width + space + 1)
            }
        };
        out.extend_from_slice(bytes.get(at..end).unwrap_or_default());
        out.extend_from_slice(by.as_bytes());
        at = next;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    lossy(&out)
}

/// `path.Base`.
pub(super) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| path.get(..=at).unwrap_or_default()))
}

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default()
}

/// `path.Clean`.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    Some(lossy(&out))
}

fn url_parse(url: &str) -> Outcome {
    let wrong = |why: &str| format!("{url:?} is no URL: {why}");
    if url.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err(wrong("it holds a control character").into());
    }
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let scheme_end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
    let (scheme, rest) = match scheme_end {
        Some(0) if rest.starts_with(':') => return Err(wrong("it has no scheme before the colon").into()),
        Some(at) if rest.get(at..).is_some_and(|rest| rest.starts_with(':')) => {
            if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default())
            } else {
                return Err(wrong("its first part holds a colon").into());
            }
        }
        _ => ("", rest),
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (mut host, mut path, mut opaque, mut user) = ("", rest, "", "");
    if let Some(after) = rest.strip_prefix("//") {
        let end = after.find('/').unwrap_or(after.len());
        (host, path) = after.split_at(end);
        if let Some((before, name)) = host.rsplit_once('@') {
            (user, host) = (before, name);
        }
    } else if !scheme.is_empty() && !rest.starts_with('/') && !rest.is_empty() {
        (opaque, path) = (rest, "");
    }
    let name = match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((name, _)) => name,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or("", |(_, port)| port);
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("its port is no number").into());
    }
    let path = unescape(path).ok_or_else(|| wrong("an escape is wrong"))?;
    let fragment = unescape(fragment).ok_or_else(|| wrong("an escape is wrong"))?;
    give(Value::map([
        ("scheme", Value::str(scheme.to_ascii_lowercase())),
        ("host", Value::str(host)),
        ("hostname", Value::str(name)),
        ("path", Value::str(path)),
        ("query", Value::str(query)),
        ("opaque", Value::str(opaque)),
        ("fragment", Value::str(fragment)),
        ("userinfo", Value::str(user)),
    ]))
}

fn escaped(text: &str, kept: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric()
            || "-_.~$&+,/:;=@".contains(char::from(byte))
            || kept.contains(char::from(byte))
        {
            out.push(char::from(byte));
        } else {
            _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn url_join(args: &[Slot]) -> Outcome {
    let part = |key: &str| -> Result<String, String> {
        match Args(args).map(0).and_then(|map| map.get(key)).map(|slot| slot.value) {
            None => Ok(String::new()),
            Some(Value::Str(text)) => Ok(text.text.to_string()),
            Some(other) => Err(format!("{key} is a {}, not a string", other.kind())),
        }
    };
    let (scheme, host, path, opaque) = (part("scheme")?, part("host")?, part("path")?, part("opaque")?);
    let (query, fragment, user) = (part("query")?, part("fragment")?, part("userinfo")?);
    let mut out = String::new();
    if !scheme.is_empty() {
        out.push_str(&scheme);
        out.push(':');
    }
    if opaque.is_empty() {
        if !scheme.is_empty() || !host.is_empty() || !user.is_empty() {
            if !host.is_empty() || !user.is_empty() || path.starts_with('/') {
                out.push_str("//");
            }
            if !user.is_empty() {
                out.push_str(&user);
                out.push('@');
            }
            out.push_str(&host);
        }
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        out.push_str(&escaped(&path, ""));
    } else {
        out.push_str(&opaque);
    }
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query);
    }
    if !fragment.is_empty() {
        out.push('#');
        out.push_str(&escaped(&fragment, "?!()*"));
    }
    give(Value::str(out))
}
