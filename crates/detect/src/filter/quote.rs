//! Quoted texts.

use std::borrow::Cow;

/// What a text between quotes stands for. `quote` is the quote it stands in.
///
/// A backslash before a blank is a backslash, and the blank is gone: so Falco reads it, for the sake of an old rule.
pub(super) fn unescape(text: &str, quote: char) -> Result<Cow<'_, str>, String> {
    if !text.contains('\\') {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            out.push(next);
            continue;
        }
        match rest.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(' ' | '\\') => out.push('\\'),
            Some('/') => out.push('/'),
            Some(other @ ('"' | '\'')) => {
                if other != quote {
                    return Err(format!("invalid \\{other} escape in {quote}-quoted string"));
                }
                out.push(other);
            }
            Some(other) => return Err(format!("unsupported string escape sequence: \\{other}")),
            None => break,
        }
    }
    Ok(Cow::Owned(out))
}

/// A text as a condition can write it: bare where that reads the same, quoted where not.
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    let special = |c: char| c.is_whitespace() || "()\"'=,\u{8}".contains(c);
    if !text.is_empty() && !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            other => out.push(other),
        }
    }
    out.push('"');
    Cow::Owned(out)
}
