//! Patterns of paths, as `github.com/gobwas/glob` reads them with `/` between names.

use regex::Regex;

/// A pattern: `*` and `?` within a name, `**` across names, `[a-z]`, `[!a]`, `{a,b}`.
pub(crate) struct Glob(Option<Regex>);

impl Glob {
    /// Reads a pattern. One that cannot be read matches all, as in Helm.
    pub(crate) fn new(pattern: &str) -> Self {
        Self(translated(pattern).and_then(|regex| Regex::new(&regex).ok()))
    }

    /// Whether a path is of the pattern.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(path))
    }
}

fn translated(pattern: &str) -> Option<String> {
    let mut out = String::from("(?s)^");
    let mut chars = pattern.chars().peekable();
    let mut depth = 0;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                while chars.peek() == Some(&'*') {
                    chars.next();
                }
                out.push_str(".*");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => {
                out.push('[');
                if chars.peek() == Some(&'!') {
                    chars.next();
                    out.push('^');
                }
                loop {
                    match chars.next()? {
                        ']' => break,
                        '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
                        '-' => out.push('-'),
                        c => out.push_str(&regex::escape(&c.to_string())),
                    }
                }
                out.push(']');
            }
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    out.push('$');
    (depth == 0).then_some(out)
}
