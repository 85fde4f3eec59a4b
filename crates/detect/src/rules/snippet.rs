//! Conditions and outputs with the places that their parts come from.

use ironsides_tree::Span;

/// A text put together from scalars of rule files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snippet {
    pub(crate) text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    /// Where it begins in the text.
    start: usize,
    file: usize,
    span: Span,
}

impl Snippet {
    /// A text that stands in a file.
    pub(crate) fn new(text: &str, file: usize, span: Span) -> Self {
        Self { text: text.to_owned(), parts: vec![Part { start: 0, file, span }] }
    }

    /// The same without blanks around it, as Falco takes the outputs of new rules.
    pub(crate) fn trimmed(mut self) -> Self {
        self.text = self.text.trim().to_owned();
        self
    }

    /// Adds another, with a blank between.
    pub(crate) fn append(&mut self, other: &Self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let offset = self.text.len();
        self.text.push_str(&other.text);
        self.parts.extend(other.parts.iter().map(|part| Part { start: part.start + offset, ..*part }));
    }

    /// The file and the bytes that bytes of the text were written as.
    pub(crate) fn locate(&self, span: Span, files: &[super::RuleFile<'_>]) -> Option<(usize, Span)> {
        let from = span.start as usize;
        let part = self.parts.iter().rev().find(|part| part.start <= from)?;
        let next = self.parts.iter().map(|other| other.start).find(|start| *start > part.start);
        let text = self.text.get(part.start..next.map_or(self.text.len(), |next| next.saturating_sub(1)))?;
        let raw = part.span.slice(files.get(part.file)?.text)?;
        let base = part.span.start as usize;
        let start = written(raw, text, from - part.start);
        let end = written(raw, text, (span.end as usize).saturating_sub(part.start).max(from - part.start));
        Some((part.file, Span::new(base + start, base + end.max(start))))
    }
}

/// Where a byte of a scalar's value stands in its text. Folding, quotes and indentation only add or change blanks, so
/// the other characters are counted off.
fn written(raw: &str, text: &str, offset: usize) -> usize {
    let raw_start = match raw.as_bytes().first() {
        Some(b'|' | b'>') => raw.find('\n').unwrap_or(0),
        Some(b'"' | b'\'') => 1,
        _ => 0,
    };
    let mut at = raw_start;
    let rest = |at: usize| raw.get(at..).unwrap_or_default();
    let before = text.get(..offset).unwrap_or(text);
    for wanted in before.chars().filter(|c| !c.is_whitespace()) {
        match rest(at).find(wanted) {
            // Further away than indentation and escapes explain: the text is not what was written.
            Some(distance) => at += distance + wanted.len_utf8(),
            None => return raw_start,
        }
    }
    if text.get(offset..).is_some_and(|behind| behind.starts_with(|c: char| !c.is_whitespace())) {
        at += rest(at).len() - rest(at).trim_start().len();
    }
    at
}
