//! Regular expressions of grep and sed, and patterns of file names, for the `regex` crate.

use regex::{Regex, RegexBuilder};

use super::Unsure;

/// The most that a compiled expression may take.
const SIZE: usize = 1 << 20;

/// The dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Basic: groups, repetitions and alternatives are written with a backslash.
    Basic,
    /// Extended.
    Extended,
    /// The text itself.
    Fixed,
}

/// Compiles an expression.
pub(super) fn compile(text: &str, dialect: Dialect, ignore_case: bool) -> Result<Regex, Unsure> {
    let translated = match dialect {
        Dialect::Fixed => regex::escape(text),
        _ => translate(text, dialect == Dialect::Basic)?,
    };
    build(&translated, ignore_case, text)
}

fn build(translated: &str, ignore_case: bool, told: &str) -> Result<Regex, Unsure> {
    let mut builder = RegexBuilder::new(translated);
    builder.case_insensitive(ignore_case).size_limit(SIZE).dfa_size_limit(SIZE);
    builder.build().map_err(|_| Unsure::new(format!("the expression {told:?} is not read here")))
}

fn translate(text: &str, basic: bool) -> Result<String, Unsure> {
    let mut out = String::new();
    let mut rest = text;
    // Whether nothing stands before that could be repeated.
    let mut start = true;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '[' {
            rest = class(rest, &mut out)?;
            start = false;
            continue;
        }
        rest = behind;
        match c {
            '\\' => {
                let Some(next) = rest.chars().next() else {
                    return Err(Unsure::new(format!("the expression {text:?} ends in a backslash")));
                };
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
                match next {
                    '(' | ')' | '{' | '}' | '|' | '+' | '?' if basic => out.push(next),
                    '<' | '>' | 'b' => out.push_str(r"\b"),
                    'w' | 'W' | 's' | 'S' | 'B' => out.extend(['\\', next]),
                    'n' => out.push_str(r"\n"),
                    't' => out.push_str(r"\t"),
                    '1'..='9' => return Err(Unsure::new("an expression that refers back is not read here")),
                    _ => out.push_str(&regex::escape(next.encode_utf8(&mut [0; 4]))),
                }
                start = basic && matches!(next, '(' | '|');
            }
            '(' | ')' | '{' | '}' | '|' | '+' | '?' if basic => {
                out.extend(['\\', c]);
                start = false;
            }
            '*' if basic && start => {
                out.push_str(r"\*");
                start = false;
            }
            '^' if basic && !start => out.push_str(r"\^"),
            '$' if basic && !(rest.is_empty() || rest.starts_with(r"\)") || rest.starts_with(r"\|")) => {
                out.push_str(r"\$");
                start = false;
            }
            _ => {
                out.push(c);
                start = c == '^' || c == '(' || c == '|';
            }
        }
    }
    Ok(out)
}

/// A class in brackets, which stands at the beginning of `text`; gives what follows it.
fn class<'a>(text: &'a str, out: &mut String) -> Result<&'a str, Unsure> {
    let open = || Unsure::new("a bracket of an expression is not closed");
    let mut rest = text.strip_prefix('[').unwrap_or(text);
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    loop {
        let c = rest.chars().next().ok_or_else(open)?;
        if let Some(named) = rest.strip_prefix("[:") {
            let (name, after) = named.split_once(":]").ok_or_else(open)?;
            if !name.chars().all(|c| c.is_ascii_lowercase()) {
                return Err(open());
            }
            out.extend(["[:", name, ":]"]);
            rest = after;
            first = false;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == ']' && !first {
            out.push(']');
            return Ok(rest);
        }
        first = false;
        if matches!(c, '[' | ']' | '\\' | '&' | '~' | '^') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// The pattern of a file name: `*`, `?`, and signs that a backslash makes plain.
pub(super) fn file_name(pattern: &str) -> Result<Regex, Unsure> {
    let mut translated = String::from("^");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => translated.push_str(".*"),
            '?' => translated.push('.'),
            '[' => return Err(Unsure::new(format!("the pattern {pattern} is not read here"))),
            '\\' => {
                translated.push_str(&regex::escape(chars.next().unwrap_or('\\').encode_utf8(&mut [0; 4])));
            }
            _ => translated.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    translated.push('$');
    build(&translated, false, pattern)
}
