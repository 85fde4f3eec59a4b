//! Patterns that names and paths are held against.

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

/// A pattern for a name or a path.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Exactly this text.
    Exactly(String),
    /// A text that begins so.
    Prefix(String),
    /// A glob.
    Glob(GlobMatcher),
    /// A regular expression that the whole text must match.
    Regex(Regex),
}

impl Pattern {
    /// A name in which `*` stands for any text, `?` for one character, `[ab]` for one of several and `{a,b}` for
    /// either.
    pub fn name(text: &str) -> Result<Self, String> {
        if !is_glob(text) {
            return Ok(Self::Exactly(text.to_owned()));
        }
        Ok(Self::Glob(glob(text, false)?))
    }

    /// A path of files: `*` stays within a folder, `**` crosses folders; a path without a wildcard is that file, or
    /// everything in that folder.
    pub fn path(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("./").unwrap_or(text).trim_end_matches('/');
        if is_glob(text) {
            return Ok(Self::Glob(glob(text, true)?));
        }
        Ok(Self::Glob(glob(&format!("{{{text},{text}/**}}"), true)?))
    }

    /// A path by the rules of doublestar, the Go library: `*` stays within a folder, `**` crosses folders.
    pub fn doublestar(text: &str) -> Result<Self, String> {
        Ok(Self::Glob(glob(text, true)?))
    }

    /// A regular expression; the whole text must match it.
    pub fn regex(text: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
        if text.chars().all(plain) {
            return Ok(Self::Exactly(text.to_owned()));
        }
        let built = regex::RegexBuilder::new(&format!("^(?:{text})$")).size_limit(1 << 20).build();
        built.map(Self::Regex).map_err(|error| format!("{text:?} is no regular expression: {error}"))
    }

    /// Whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exactly(exactly) => exactly == text,
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::Glob(glob) => glob.is_match(text),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// The one text that matches, where there is only one.
    pub fn exactly(&self) -> Option<&str> {
        match self {
            Self::Exactly(text) => Some(text),
            _ => None,
        }
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

fn glob(text: &str, separate: bool) -> Result<GlobMatcher, String> {
    let built = GlobBuilder::new(text).literal_separator(separate).backslash_escape(true).build();
    built
        .map(|glob| glob.compile_matcher())
        .map_err(|error| format!("{text:?} is no pattern: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_match_as_people_write_them() {
        let cases: [(Pattern, &[&str], &[&str]); 6] = [
            (Pattern::name("cart-*").unwrap(), &["cart-", "cart-redis"], &["cart", "my-cart-1"]),
            (Pattern::name("{a,b}?").unwrap(), &["a1", "b2"], &["a", "c1"]),
            (
                Pattern::path("legacy").unwrap(),
                &["legacy", "legacy/a.yaml", "legacy/b/c.yaml"],
                &["legacy2/a.yaml"],
            ),
            (Pattern::path("./legacy/").unwrap(), &["legacy/a.yaml"], &["x/legacy/a.yaml"]),
            (
                Pattern::path("**/test/*.yaml").unwrap(),
                &["test/a.yaml", "x/y/test/a.yaml"],
                &["test/x/a.yaml"],
            ),
            (Pattern::regex("C-00(16|17)").unwrap(), &["C-0016"], &["C-00160", "xC-0016"]),
        ];
        for (pattern, yes, no) in cases {
            assert!(yes.iter().all(|text| pattern.matches(text)), "{pattern:?}");
            assert!(!no.iter().any(|text| pattern.matches(text)), "{pattern:?}");
        }
        assert!(Pattern::name("[").is_err());
        assert!(Pattern::regex("(").is_err());
        assert_eq!(Pattern::name("cart").unwrap().exactly(), Some("cart"));
    }
}
