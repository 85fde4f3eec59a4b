//! The grammar of the server's messages.

use std::collections::BTreeSet;
use std::fmt::Write;

/// `"a", "b"`: names in quotes, whatever they hold.
pub(crate) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for name in names {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push('"');
        out.push_str(name);
        out.push('"');
    }
    out
}

/// The singular for one, the plural for none and for more.
pub(crate) fn plural(count: usize, one: &'static str, more: &'static str) -> &'static str {
    if count == 1 { one } else { more }
}

/// `container "a"`, `containers "a", "b"`.
pub(crate) fn counted(names: &[&str], one: &'static str, more: &'static str) -> String {
    format!("{} {}", plural(names.len(), one, more), quoted(names.iter().copied()))
}

/// `type "a"`, `types "a", "b"`, for values that are told once each and in order.
pub(crate) fn counted_set(values: &BTreeSet<&str>, one: &'static str, more: &'static str) -> String {
    format!("{} {}", plural(values.len(), one, more), quoted(values.iter().copied()))
}

/// A string literal as Go prints it with `%q`.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            ' '..='~' => out.push(c),
            c if u32::from(c) < 0x80 => _ = write!(out, "\\x{:02x}", u32::from(c)),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x1_0000 => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => _ = write!(out, "\\U{:08x}", u32::from(c)),
        }
    }
    out.push('"');
    out
}

/// Whether Go prints a character beyond ASCII as it is: spaces of every kind are escaped.
fn is_printable(c: char) -> bool {
    !c.is_whitespace() && c.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree() {
        assert_eq!(counted(&["a"], "container", "containers"), r#"container "a""#);
        assert_eq!(counted(&["a", "b"], "container", "containers"), r#"containers "a", "b""#);
        assert_eq!(quoted([]), "");
        assert_eq!(quoted(["a\"b"]), r#""a"b""#);
    }

    #[test]
    fn literals_are_go_s() {
        assert_eq!(go_quoted("a\"b\\\n\u{1}é\u{a0}\u{200b}😀"), r#""a\"b\\\n\x01é\u00a0\u200b😀""#);
        assert_eq!(go_quoted(""), "\"\"");
    }
}
