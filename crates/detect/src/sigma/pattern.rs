//! Texts with wildcards.

use crate::filter::Operator;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Plain(char),
    /// `?`: one character.
    One,
    /// `*`: any number of characters.
    Many,
}

/// A text with wildcards. A backslash before a wildcard or a backslash makes it plain; elsewhere it is plain itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '\\' => match chars.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                    Some(next) => Part::Plain(next),
                    None => Part::Plain('\\'),
                },
                '?' => Part::One,
                '*' => Part::Many,
                other => Part::Plain(other),
            });
        }
        Self { parts }
    }

    /// The same with anything before or behind it.
    pub(super) fn around(mut self, before: bool, behind: bool) -> Self {
        if before && self.parts.first() != Some(&Part::Many) {
            self.parts.insert(0, Part::Many);
        }
        if behind && self.parts.last() != Some(&Part::Many) {
            self.parts.push(Part::Many);
        }
        self
    }

    /// Whether every text matches.
    pub(super) fn is_anything(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| *part == Part::Many)
    }

    /// The text, if it has no wildcards.
    pub(super) fn plain(&self) -> Option<String> {
        plain(&self.parts)
    }

    /// The operator and its right side that ask for this. Case does not matter unless it is said to.
    pub(super) fn comparison(&self, cased: bool) -> (Operator, String) {
        let inner = self.parts.strip_prefix(&[Part::Many]).and_then(|rest| rest.strip_suffix(&[Part::Many]));
        let inner = inner.and_then(plain).filter(|inner| !inner.is_empty());
        match (inner, cased) {
            (Some(inner), false) => return (Operator::Icontains, inner),
            (Some(inner), true) => return (Operator::Contains, inner),
            _ => {}
        }
        match self.plain() {
            Some(text) if cased || !text.contains(|c: char| c.is_alphabetic()) => (Operator::Eq, text),
            _ => (if cased { Operator::Glob } else { Operator::Iglob }, self.glob()),
        }
    }

    /// The same as a shell pattern.
    pub(super) fn glob(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::One => out.push('?'),
                Part::Many => out.push('*'),
                Part::Plain(c) => {
                    if matches!(c, '*' | '?' | '[' | '\\') {
                        out.push('\\');
                    }
                    out.push(*c);
                }
            }
        }
        out
    }
}

fn plain(parts: &[Part]) -> Option<String> {
    let each = parts.iter().map(|part| match part {
        Part::Plain(c) => Some(*c),
        _ => None,
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_specifications() {
        for (text, plain) in [
            (r"a\b", r"a\b"),
            (r"a\\b", r"a\b"),
            (r"a\*b", "a*b"),
            (r"a\?", "a?"),
            (r"a\\\*", r"a\*"),
            (r"\\\\", r"\\"),
            (r"\\\", r"\\"),
            ("a\\", "a\\"),
        ] {
            assert_eq!(Pattern::new(text).plain().as_deref(), Some(plain), "{text}");
        }
        for text in ["a*", "?", r"a\\*"] {
            assert_eq!(Pattern::new(text).plain(), None, "{text}");
        }
    }

    #[test]
    fn the_cheapest_comparison_is_taken() {
        let comparison = |text: &str, cased| Pattern::new(text).comparison(cased);
        assert_eq!(comparison("Secrets", false), (Operator::Iglob, "Secrets".to_owned()));
        assert_eq!(comparison("Secrets", true), (Operator::Eq, "Secrets".to_owned()));
        assert_eq!(comparison("403", false), (Operator::Eq, "403".to_owned()));
        assert_eq!(comparison("*a[b]*", false), (Operator::Icontains, "a[b]".to_owned()));
        assert_eq!(comparison("*a?b*", false), (Operator::Iglob, "*a?b*".to_owned()));
        assert_eq!(comparison(r"a[\*", true), (Operator::Eq, "a[*".to_owned()));
        assert_eq!(comparison(r"a[\**", true), (Operator::Glob, r"a\[\**".to_owned()));
        assert!(Pattern::new("*").is_anything() && !Pattern::new("").is_anything());
        assert_eq!(Pattern::new("x").around(true, true).comparison(false).0, Operator::Icontains);
    }
}
