//! Expressions of Sigma (Perl's, found anywhere) as expressions of Falco (POSIX, of the whole text).

use std::fmt::Write;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The flags behind `re`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// `i`: case does not matter.
    pub(super) ignore_case: bool,
    /// `m`: `^` and `$` stand at lines.
    pub(super) lines: bool,
    /// `s`: a dot is a line break, too.
    pub(super) dot_all: bool,
}

/// Anything.
const ANY: &str = "(.|\n)*";

/// The same expression, or why there is none.
pub(super) fn posix(pattern: &str, flags: Flags) -> Result<String, String> {
    let mut parser = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.lines)
        .dot_matches_new_line(flags.dot_all)
        .nest_limit(100)
        .build();
    let hir = parser.parse(pattern).map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        if last.is_empty() { "it cannot be read".to_owned() } else { last }
    })?;
    let mut out = String::new();
    write(&hir, &mut out)?;
    Ok(format!("{ANY}({out}){ANY}"))
}

fn write(hir: &Hir, out: &mut String) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty => out.push_str("()"),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| "it asks for bytes that are no text")?;
            text.chars().for_each(|c| escaped(c, out));
        }
        HirKind::Class(class) => ranges(class, out)?,
        HirKind::Look(Look::Start | Look::StartLF | Look::StartCRLF) => out.push('^'),
        HirKind::Look(Look::End | Look::EndLF | Look::EndCRLF) => out.push('$'),
        HirKind::Look(_) => return Err("boundaries of words are not understood".to_owned()),
        HirKind::Repetition(repetition) => {
            out.push('(');
            write(&repetition.sub, out)?;
            out.push(')');
            match (repetition.min, repetition.max) {
                (0, None) => out.push('*'),
                (1, None) => out.push('+'),
                (0, Some(1)) => out.push('?'),
                (least, None) => _ = write!(out, "{{{least},}}"),
                (least, Some(most)) => _ = write!(out, "{{{least},{most}}}"),
            }
        }
        HirKind::Capture(capture) => {
            out.push('(');
            write(&capture.sub, out)?;
            out.push(')');
        }
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, out)?;
            }
        }
        HirKind::Alternation(parts) => {
            out.push('(');
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push('|');
                }
                write(part, out)?;
            }
            out.push(')');
        }
    }
    Ok(())
}

fn escaped(c: char, out: &mut String) {
    if c.is_ascii_punctuation() && c != '_' {
        out.push('\\');
    }
    out.push(c);
}

/// A class of bytes. What is beyond ASCII is in it as a whole or not at all.
fn ranges(class: &Class, out: &mut String) -> Result<(), String> {
    let mut there = [false; 256];
    let mut put = |from: u32, to: u32| {
        for byte in from..=to.min(255) {
            if let Some(place) = there.get_mut(byte as usize) {
                *place = true;
            }
        }
    };
    match class {
        Class::Bytes(class) => class.iter().for_each(|range| put(range.start().into(), range.end().into())),
        Class::Unicode(class) => class.iter().for_each(|range| put(range.start().into(), range.end().into())),
    }
    let (ascii, beyond) = there.split_at(128);
    let all = beyond.iter().all(|there| *there);
    if !all && beyond.iter().any(|there| *there) {
        return Err("it asks for some characters beyond ASCII".to_owned());
    }
    // What is listed: the members, or what is left out where everything beyond ASCII is a member.
    let listed = |byte: usize| ascii.get(byte).is_some_and(|there| *there != all);
    let members: Vec<usize> = (0..128).filter(|byte| listed(*byte)).collect();
    if members.is_empty() {
        out.push_str(if all { "(.|\n)" } else { "[^\\x{0}-\\x{10ffff}]" });
        return Ok(());
    }
    if all && members == [usize::from(b'\n')] {
        out.push('.');
        return Ok(());
    }
    out.push_str(if all { "[^" } else { "[" });
    let mut at = 0;
    while let Some(first) = members.get(at) {
        let length =
            members.iter().skip(at).enumerate().take_while(|(next, byte)| **byte == first + next).count();
        let last = first + length - 1;
        _ = write!(out, "\\x{{{first:x}}}");
        if length > 1 {
            _ = write!(out, "-\\x{{{last:x}}}");
        }
        at += length;
    }
    out.push(']');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(pattern: &str, flags: Flags, text: &str) -> bool {
        let posix = posix(pattern, flags).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        let regex =
            crate::pattern::posix(&posix).unwrap_or_else(|error| panic!("{pattern}: {posix}: {error}"));
        regex.is_match(text.as_bytes())
    }

    #[test]
    fn expressions_are_found_as_before() {
        let plain = Flags::default();
        for (pattern, text, expected) in [
            ("%2f(bin%2f(ash|sh))|%20-[icl]", "/exec?command=%2fbin%2fsh", true),
            ("%2f(bin%2f(ash|sh))|%20-[icl]", "/exec?command=sh", false),
            (r"^system:\w+$", "system:anonymous", true),
            (r"^system:\w+$", "x system:anonymous", false),
            (r"\d{2,3}?x", "a12xb", true),
            (r"\d{2,3}x", "a1xb", false),
            (r"(?i)KUBECTL/v1\.", "kubectl/v1.36", true),
            ("KUBECTL", "kubectl", false),
            ("a.c", "aéc", true),
            ("a.c", "a\nc", false),
            ("[^a-z]", "abc", false),
            ("[^a-z]", "abCc", true),
            ("", "anything", true),
            (r"[\[\]\\]", "x]y", true),
            ("é", "café", true),
            ("a|", "", true),
            (r"\s", "a b", true),
        ] {
            assert_eq!(is_match(pattern, plain, text), expected, "{pattern} in {text}");
        }
        assert!(is_match("kubectl", Flags { ignore_case: true, ..plain }, "KubeCtl"));
        assert!(is_match("a.c", Flags { dot_all: true, ..plain }, "a\nc"));
        assert!(is_match("^c", Flags { lines: true, ..plain }, "a\nc"));
    }

    #[test]
    fn what_has_no_equal_is_refused() {
        for pattern in ["(", r"\bsh\b", "(?=a)", r"(a)\1"] {
            assert!(posix(pattern, Flags::default()).is_err(), "{pattern}");
        }
    }
}
