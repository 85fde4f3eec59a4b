//! Texts that findings point into.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ironsides_tree::{Lines, Position, Span};

/// Finds the texts that findings point into, by the paths in their evidence.
///
/// Most often that is one [`SourceText`]. The findings about one object of a chart or a kustomization, or those across
/// objects, point into several: a map serves, and `(a, b)` looks in `a`, then in `b`.
pub trait Sources {
    /// The text of a path; `None` where it is not at hand, and then no line can be told.
    fn source(&self, path: &str) -> Option<&SourceText>;
}

impl Sources for SourceText {
    fn source(&self, path: &str) -> Option<&SourceText> {
        (&*self.path == path).then_some(self)
    }
}

impl Sources for BTreeMap<Arc<str>, Arc<SourceText>> {
    fn source(&self, path: &str) -> Option<&SourceText> {
        self.get(path).map(|source| &**source)
    }
}

impl<T: Sources + ?Sized> Sources for &T {
    fn source(&self, path: &str) -> Option<&SourceText> {
        (**self).source(path)
    }
}

impl<T: Sources + ?Sized> Sources for Arc<T> {
    fn source(&self, path: &str) -> Option<&SourceText> {
        (**self).source(path)
    }
}

impl<A: Sources, B: Sources> Sources for (A, B) {
    fn source(&self, path: &str) -> Option<&SourceText> {
        self.0.source(path).or_else(|| self.1.source(path))
    }
}

/// A source of findings and its text, for lines and snippets.
#[derive(Debug)]
pub struct SourceText {
    path: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<Lines>,
    /// Spans that hold secrets, by their start.
    secrets: Mutex<BTreeMap<u32, u32>>,
}

impl SourceText {
    /// A source by the path the user named (`-` for standard input).
    pub fn new(path: Arc<str>, text: Arc<str>) -> Self {
        Self { path, text, lines: OnceLock::new(), secrets: Mutex::default() }
    }

    /// The path.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Its lines, read on first use.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }

    /// Notes that a span holds a secret: no snippet shows it from now on.
    pub fn conceal(&self, span: Span) {
        if !span.is_some() {
            return;
        }
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        // What it touches becomes one with it, so that no two overlap.
        let (mut start, mut end) = (span.start, span.end);
        while let Some((from, to)) =
            secrets.range(..=end).next_back().filter(|(_, to)| **to >= start).map(|(from, to)| (*from, *to))
        {
            secrets.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        secrets.insert(start, end);
    }

    /// A part of the text, by its bytes, as it may be shown: every character of a secret has become a star.
    pub fn shown(&self, from: usize, to: usize) -> Cow<'_, str> {
        let part = self.text.get(from..to).unwrap_or_default();
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        // Secrets do not overlap, so of those that begin before only the last reaches into the part.
        let before = secrets.range(..fit(from)).next_back().filter(|(_, end)| **end > fit(from));
        let touching: Vec<(u32, u32)> =
            before.into_iter().chain(secrets.range(fit(from)..fit(to))).map(|(a, b)| (*a, *b)).collect();
        if touching.is_empty() {
            return part.into();
        }
        let secret = |at: usize| touching.iter().any(|(start, end)| (*start..*end).contains(&fit(from + at)));
        let hide = |(at, c): (usize, char)| if secret(at) && !c.is_whitespace() { '*' } else { c };
        part.char_indices().map(hide).collect()
    }

    /// The first and last position of a span, `None` where it has no text.
    pub fn range(&self, span: Span) -> Option<(Position, Position)> {
        let lines = self.lines();
        span.is_some().then(|| (lines.position(&self.text, span.start), lines.position(&self.text, span.end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_maps_find_texts_by_path() {
        let text = |path: &str| Arc::new(SourceText::new(Arc::from(path), Arc::from("a: 1\n")));
        let map = BTreeMap::from([(Arc::from("b"), text("b"))]);
        let both = (text("a"), &map);
        let sources: &dyn Sources = &both;
        assert_eq!(sources.source("a").map(|found| &**found.path()), Some("a"));
        assert_eq!(sources.source("b").map(|found| &**found.path()), Some("b"));
        assert!(sources.source("c").is_none());
    }

    #[test]
    fn overlapping_secrets_are_all_out_of_sight() {
        let source = SourceText::new(Arc::from("a"), Arc::from("0123456789"));
        for (from, to) in [(2, 8), (3, 4), (7, 9), (0, 1)] {
            source.conceal(Span::new(from, to));
        }
        assert_eq!(source.shown(0, 10), "*1*******9");
        assert_eq!(source.shown(5, 10), "****9");
        source.conceal(Span::NONE);
        source.conceal(Span::new(0, 10));
        assert_eq!(source.shown(0, 10), "**********");
    }
}
