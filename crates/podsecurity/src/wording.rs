//! The grammar of the server's messages.

use std::collections::BTreeSet;

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
}
