//! The line that a finding points at, cut to what fits, with secrets out of sight.

use std::borrow::Cow;
use std::ops::Range;

use ironsides_tree::Span;
use unicode_width::UnicodeWidthStr;

use crate::source::SourceText;

/// About how many bytes of a line are shown; longer lines are cut around the mark, so that minified JSON does not flood
/// the screen.
const LIMIT: usize = 160;

/// A marked line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The number of the marked line.
    pub number: u32,
    /// The line before, unless it is blank or long.
    pub before: Option<String>,
    /// The marked line, or the part around the mark.
    pub line: String,
    /// How many columns of the terminal lie before the mark.
    pub gap: usize,
    /// How many columns the mark is wide.
    pub width: usize,
    /// The characters of the line that are marked.
    pub mark: Range<usize>,
}

impl Snippet {
    /// The snippet of a span; `None` where it has no text.
    pub fn new(source: &SourceText, span: Span) -> Option<Self> {
        let (start, _) = source.range(span)?;
        let text = source.text();
        let (from, to) = bounds(source, start.line)?;
        // Where the line is short these are its ends.
        let mark = (span.start as usize).clamp(from, to);
        let window_from =
            if to - from <= LIMIT { from } else { floor(text, mark.saturating_sub(LIMIT / 2).max(from)) };
        let window_to = floor(text, (window_from + LIMIT).min(to));
        let mark_to = (span.end as usize).clamp(mark, window_to.max(mark));
        let line = plain(&source.shown(window_from, window_to)).into_owned();
        let width_of = |from: usize, to: usize| plain(text.get(from..to).unwrap_or_default()).width();
        let chars = |from: usize, to: usize| text.get(from..to).unwrap_or_default().chars().count();
        let marked = chars(window_from, mark);
        let before = start
            .line
            .checked_sub(1)
            .and_then(|line| bounds(source, line))
            .filter(|(from, to)| to - from <= LIMIT);
        let before = before.map(|(from, to)| plain(&source.shown(from, to)).into_owned());
        Some(Self {
            number: start.line,
            before: before.filter(|line| !line.trim().is_empty()),
            line,
            gap: width_of(window_from, mark),
            width: width_of(mark, mark_to).max(1),
            mark: marked..marked + chars(mark, mark_to),
        })
    }
}

/// The first byte of a line (from 1) and the one past its last, without the line break.
fn bounds(source: &SourceText, line: u32) -> Option<(usize, usize)> {
    let from = source.lines().start(line)? as usize;
    let length = source.lines().line(source.text(), line)?.len();
    Some((from, from + length))
}

/// The last boundary of a character at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Text from a document or a file name as it may be shown: control characters could drive the terminal, and those that turn the
/// direction of text could make it read otherwise than it is.
pub fn plain(text: &str) -> Cow<'_, str> {
    let unsafe_char = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    if !text.chars().any(unsafe_char) {
        return text.into();
    }
    let safe = |c: char| match c {
        '\t' => ' ',
        c if unsafe_char(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(safe).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn snippet(text: &str, mark: &str) -> Snippet {
        let at = text.find(mark).unwrap();
        Snippet::new(&SourceText::new(Arc::from("a"), Arc::from(text)), Span::new(at, at + mark.len()))
            .unwrap()
    }

    #[test]
    fn wide_characters_keep_the_mark_in_place() {
        let found = snippet("a: 漢字 # x\n", "# x");
        assert_eq!((found.gap, found.width), (8, 3));
        let found = snippet("a:\n\tb: x\n", "x");
        assert_eq!((found.line.as_str(), found.gap), (" b: x", 4));
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("{}é[mark]{}", "x".repeat(5000), "y".repeat(5000));
        let found = snippet(&text, "[mark]");
        assert!(found.line.len() <= LIMIT);
        assert_eq!(found.line.chars().skip(found.gap).take(found.width).collect::<String>(), "[mark]");
    }

    #[test]
    fn secrets_are_stars() {
        let text = "a: hunter2\nb: x\n";
        let source = SourceText::new(Arc::from("a"), Arc::from(text));
        source.conceal(Span::new(3, 10));
        let found = Snippet::new(&source, Span::new(14, 15)).unwrap();
        assert_eq!(found.before.as_deref(), Some("a: *******"));
        assert!(Snippet::new(&source, Span::NONE).is_none());
    }
}
