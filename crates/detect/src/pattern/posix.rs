//! POSIX expressions in RE2's reading, translated for the `regex` crate.
//!
//! RE2 in its POSIX mode knows no `\d`, `\w`, `\s`, `\b`, no `(?…)` and no lazy repetition; a brace that begins no
//! repetition is plain, and so is a bracket inside a class. Source: google/re2, `re2/re2.h` and `re2/parse.cpp`
//! (syntax only).

use std::fmt::Write;

use regex::bytes::{Regex, RegexBuilder};

/// The most that a repetition may ask for.
const MAX_REPEAT: u32 = 1000;

/// How many bytes a compiled expression may take. RE2 in Falco refuses beyond about as much.
const SIZE: usize = 8 << 20;

/// The expression for a whole text, or what is wrong with it.
pub(crate) fn posix(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern)?;
    let whole = format!(r"\A(?:{translated})\z");
    let mut builder = RegexBuilder::new(&whole);
    builder.multi_line(true).size_limit(SIZE).dfa_size_limit(SIZE).nest_limit(500);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "pattern too large - compile failed".to_owned(),
        other => other.to_string().lines().last().unwrap_or("invalid expression").trim().to_owned(),
    })
}

/// The classes that stand in `[:…:]`.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    // Where the groups that are open begin, and where the last thing that can be repeated does.
    let mut open: Vec<usize> = Vec::new();
    let mut atom = 0;
    // Whether something stands here that can be repeated.
    let mut repeatable = false;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\\' => {
                atom = out.len();
                rest = escape(rest, &mut out)?;
                repeatable = true;
                continue;
            }
            '[' => {
                atom = out.len();
                rest = class(rest, &mut out)?;
                repeatable = true;
                continue;
            }
            '(' => {
                open.push(out.len());
                repeatable = false;
                out.push(c);
            }
            ')' => {
                atom = open.pop().ok_or_else(|| format!("unexpected ): {pattern}"))?;
                repeatable = true;
                out.push(c);
            }
            '|' => {
                repeatable = false;
                out.push(c);
            }
            '*' | '+' | '?' => {
                if !repeatable {
                    return Err(format!("no argument for repetition operator: {c}"));
                }
                repeat(&mut out, atom, &c.to_string());
            }
            '{' => {
                if let Some((least, most, behind)) = repetition(rest) {
                    let text = rest.get(..rest.len() - behind.len()).unwrap_or_default();
                    if !repeatable {
                        return Err(format!("no argument for repetition operator: {text}"));
                    }
                    if least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least) {
                        return Err(format!("invalid repetition size: {text}"));
                    }
                    repeat(&mut out, atom, text);
                    rest = behind;
                    continue;
                }
                atom = out.len();
                out.push_str(r"\{");
                repeatable = true;
            }
            '}' | ']' => {
                atom = out.len();
                out.push('\\');
                out.push(c);
                repeatable = true;
            }
            other => {
                atom = out.len();
                out.push(other);
                repeatable = true;
            }
        }
        rest = behind;
    }
    if !open.is_empty() {
        return Err(format!("missing ): {pattern}"));
    }
    Ok(out)
}

/// Repeats what stands from `atom` on. A group around it keeps a `?` behind another repetition from making that lazy.
fn repeat(out: &mut String, atom: usize, operator: &str) {
    out.insert_str(atom, "(?:");
    out.push(')');
    out.push_str(operator);
}

/// An escape outside a class.
fn escape<'a>(rest: &'a str, out: &mut String) -> Result<&'a str, String> {
    let Some(next) = rest.chars().nth(1) else {
        return Err("trailing \\ at end of regexp".to_owned());
    };
    let code = code(rest)?;
    match code {
        Some((code, behind)) => {
            _ = write!(out, r"\x{{{code:x}}}");
            Ok(behind)
        }
        None => Err(format!("invalid escape sequence: \\{next}")),
    }
}

/// The character that an escape stands for, and what follows it.
fn code(rest: &str) -> Result<Option<(u32, &str)>, String> {
    let mut chars = rest.char_indices().skip(1);
    let Some((_, next)) = chars.next() else { return Ok(None) };
    let behind = |length: usize| rest.get(length..).unwrap_or_default();
    let after = 1 + next.len_utf8();
    Ok(match next {
        'a' => Some((7, behind(after))),
        'f' => Some((12, behind(after))),
        'n' => Some((10, behind(after))),
        'r' => Some((13, behind(after))),
        't' => Some((9, behind(after))),
        'v' => Some((11, behind(after))),
        'x' => {
            let digits = behind(2);
            if let Some(braced) = digits.strip_prefix('{') {
                let end = braced.find('}').ok_or("invalid escape sequence: \\x{")?;
                let code = u32::from_str_radix(braced.get(..end).unwrap_or_default(), 16).ok();
                let code = code.filter(|code| char::from_u32(*code).is_some());
                code.map(|code| (code, braced.get(end + 1..).unwrap_or_default()))
            } else {
                let code = digits.get(..2).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                code.map(|code| (code, behind(4)))
            }
        }
        '0' => {
            let digits = behind(1);
            let length = digits.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let code = digits.get(..length).and_then(|digits| u32::from_str_radix(digits, 8).ok());
            code.map(|code| (code, behind(1 + length)))
        }
        '1'..='7' => {
            let digits = behind(1);
            let length = digits.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            if length < 2 {
                None
            } else {
                let code = digits.get(..length).and_then(|digits| u32::from_str_radix(digits, 8).ok());
                code.map(|code| (code, behind(1 + length)))
            }
        }
        other if other.is_ascii() && !other.is_ascii_alphanumeric() && other != '_' => {
            Some((u32::from(other), behind(after)))
        }
        _ => None,
    })
}

/// A class with its brackets.
fn class<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let missing = || format!("missing ]: {text}");
    let mut rest = text.get(1..).unwrap_or_default();
    out.push('[');
    if let Some(behind) = rest.strip_prefix('^') {
        out.push('^');
        rest = behind;
    }
    let mut first = true;
    loop {
        let c = rest.chars().next().ok_or_else(missing)?;
        if c == ']' && !first {
            out.push(']');
            return Ok(rest.get(1..).unwrap_or_default());
        }
        // A dash in the middle of a class is a mistake in POSIX.
        if c == '-' && !first && !rest.get(1..).unwrap_or_default().starts_with(']') {
            let next: String = rest.chars().take(2).collect();
            return Err(format!("invalid character class range: {next}"));
        }
        first = false;
        if let Some(named) = rest.strip_prefix("[:")
            && let Some(end) = named.find(":]")
        {
            let name = named.get(..end).unwrap_or_default();
            let plain = name.strip_prefix('^').unwrap_or(name);
            if !NAMES.contains(&plain) {
                return Err(format!("invalid character class range: [:{name}:]"));
            }
            _ = write!(out, "[:{name}:]");
            rest = named.get(end + 2..).unwrap_or_default();
            continue;
        }
        let (from, behind) = bound(rest).and_then(|found| found.ok_or_else(missing))?;
        rest = behind;
        _ = write!(out, r"\x{{{from:x}}}");
        let range = rest.strip_prefix('-').filter(|behind| !behind.starts_with(']') && !behind.is_empty());
        if let Some(behind) = range {
            let (to, behind) = bound(behind).and_then(|found| found.ok_or_else(missing))?;
            if to < from {
                let length = text.len() - behind.len();
                return Err(format!(
                    "invalid character class range: {}",
                    text.get(1..length).unwrap_or_default()
                ));
            }
            _ = write!(out, r"-\x{{{to:x}}}");
            rest = behind;
        }
    }
}

/// One character of a class.
fn bound(rest: &str) -> Result<Option<(u32, &str)>, String> {
    match rest.chars().next() {
        Some('\\') => {
            if let Some(found) = code(rest)? {
                Ok(Some(found))
            } else {
                let next: String = rest.chars().take(2).collect();
                Err(format!("invalid escape sequence: {next}"))
            }
        }
        Some(c) => Ok(Some((u32::from(c), rest.get(c.len_utf8()..).unwrap_or_default()))),
        None => Ok(None),
    }
}

/// `{2}`, `{2,}` or `{2,3}`, and what follows.
fn repetition(text: &str) -> Option<(u32, Option<u32>, &str)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find('}')?;
    let (bounds, behind) = (inner.get(..end)?, inner.get(end + 1..)?);
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u32::MAX))
    };
    match bounds.split_once(',') {
        None => number(bounds).map(|exact| (exact, Some(exact), behind)),
        Some((least, "")) => number(least).map(|least| (least, None, behind)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?), behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_texts_are_matched() {
        for (pattern, text, expected) in [
            ("ca", "cat", false),
            ("c.*", "cat", true),
            ("[a-c]+t", "cat", true),
            ("/tmp/file-[0-9]{2}", "/tmp/file-12", true),
            ("/(etc|dev)/.*", "/dev/null", true),
            (r".*\.so", "a.so", true),
            ("a{,2}", "a{,2}", true),
            ("[[a]", "[", true),
            ("[a&&b]", "&", true),
            ("a*?b", "aab", true),
            ("a**", "aa", true),
            ("", "", true),
            (".*", "a\nb", false),
        ] {
            assert_eq!(posix(pattern).unwrap().is_match(text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_posix_lacks_is_refused() {
        for pattern in [
            r"\d", r"\w", r"\bcat", "(", "[a", "*a", "a{2,1}", "(?s).*", r"\pL", r"\Qa\E", "a{1001}", "[b-a]",
        ] {
            assert!(posix(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn exploding_expressions_are_refused() {
        assert_eq!(
            posix("(((a{1000}){1000}){1000}){1000}").unwrap_err(),
            "pattern too large - compile failed"
        );
    }
}
