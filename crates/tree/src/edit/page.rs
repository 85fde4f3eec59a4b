//! One document of a text: its tree, its shape, and the lines it is written on.

use std::ops::Range;

use super::shape::{self, Shape, ShapeKind};
use crate::document::{Documents, Format, Limits, SyntaxError};
use crate::node::Node;
use crate::print::yaml::{Layout, pad};
use crate::span::Span;

/// A document that is being edited.
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    pub(super) format: Format,
    pub(super) tree: Node,
    pub(super) shape: Option<Shape>,
    pub(super) comments: Vec<Span>,
    pub(super) layout: Layout,
    /// How lines end.
    pub(super) newline: &'static str,
    /// How many lines of the file stand before the document.
    pub(super) lines_before: u32,
}

/// A piece of text and what comes in its place.
#[derive(Debug)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// Whether comments in the range go with it, but for those that `text` has again.
    pub(super) takes_comments: bool,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into(), takes_comments: false }
    }

    /// Takes a range away with what the comments in it say about it.
    pub(super) fn away(range: Range<usize>) -> Self {
        Self { range, text: String::new(), takes_comments: true }
    }
}

/// The limits that documents are read with here: lists stay whole.
pub(super) fn whole() -> Limits {
    Limits { split_lists: false, ..Limits::default() }
}

impl<'a> Page<'a> {
    /// Reads a text that holds one document.
    pub(super) fn read(text: &'a str, format: Format, lines_before: u32) -> Result<Self, SyntaxError> {
        let mut documents = Documents::with_format(text, format, whole());
        let tree = documents.next().transpose()?.map_or(Node::NULL, |document| document.root);
        let (shape, comments) = match format {
            Format::Json => (Some(Shape::of_json(&tree)), Vec::new()),
            Format::Yaml => shape::of_yaml(text, whole().depth)?,
        };
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut page =
            Self { text, format, tree, shape, comments, layout: Layout::default(), newline, lines_before };
        page.layout = page.find_layout();
        Ok(page)
    }

    /// How the document indents, as far as it shows.
    fn find_layout(&self) -> Layout {
        let mut layout = (None, None);
        if let Some(shape) = &self.shape {
            self.look(shape, &mut layout);
        }
        let default = Layout::default();
        // A list that is indented is so by as much as a map, unless there is one to tell.
        Layout { map: layout.0.unwrap_or(default.map), list: layout.1.unwrap_or(default.list) }
    }

    fn look(&self, shape: &Shape, found: &mut (Option<usize>, Option<usize>)) {
        match &shape.kind {
            ShapeKind::Map { flow: false, pairs } => {
                for pair in pairs {
                    if found.0.is_some() && found.1.is_some() {
                        return;
                    }
                    let indent =
                        |shape: &Shape| self.column(shape.value).checked_sub(self.column(pair.key.start));
                    match &pair.value.kind {
                        ShapeKind::Map { flow: false, .. } if found.0.is_none() => {
                            found.0 = indent(&pair.value);
                        }
                        ShapeKind::List { flow: false, .. } if found.1.is_none() => {
                            found.1 = indent(&pair.value);
                        }
                        _ => {}
                    }
                    self.look(&pair.value, found);
                }
            }
            ShapeKind::List { flow: false, items } => items.iter().for_each(|item| self.look(item, found)),
            _ => {}
        }
    }

    /// The first byte of the line that byte `at` is on.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |found| found + 1);
        if start == 0 && self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
    }

    /// The end of the line that byte `at` is on, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        match memchr::memchr(b'\n', rest) {
            Some(found) if found > 0 && rest.get(found - 1) == Some(&b'\r') => at + found - 1,
            Some(found) => at + found,
            None => self.text.len(),
        }
    }

    /// The beginning of the line after the one that byte `at` is on.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.text.len(), |found| at + found + 1)
    }

    /// How many characters stand before byte `at` on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.text.get(self.line_start(at)..at).map_or(0, |before| before.chars().count())
    }

    /// Whether only spaces stand before byte `at` on its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        self.text.get(self.line_start(at)..at).is_some_and(|before| before.bytes().all(|byte| byte == b' '))
    }

    /// Whether a line ends between two places.
    pub(super) fn is_broken(&self, range: Range<usize>) -> bool {
        self.text.get(range).is_some_and(|between| between.contains('\n'))
    }

    /// The number of the line in the file that byte `at` is on.
    pub(super) fn line(&self, at: usize) -> u32 {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', before).count() + 1;
        u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(self.lines_before)
    }

    /// Lines with the comments that stand in a range, each with its line break behind it.
    pub(super) fn comment_lines(&self, range: &Range<usize>, indent: usize) -> String {
        let mut lines = String::new();
        let from = self.comments.partition_point(|comment| (comment.start as usize) < range.start);
        for comment in self.comments.get(from..).unwrap_or_default() {
            if comment.start as usize >= range.end {
                break;
            }
            pad(indent, &mut lines);
            lines.push_str(comment.slice(self.text).unwrap_or_default());
            lines.push_str(self.newline);
        }
        lines
    }

    /// The comments that go with what a piece takes away.
    pub(super) fn lost(&self, splice: &Splice) -> impl Iterator<Item = &str> {
        let range = if splice.takes_comments { splice.range.clone() } else { 0..0 };
        let from = self.comments.partition_point(|comment| (comment.start as usize) < range.start);
        let inside = self.comments.get(from..).unwrap_or_default().iter();
        let inside = inside.take_while(move |comment| (comment.start as usize) < range.end);
        inside.map(|comment| comment.slice(self.text).unwrap_or_default().trim_end())
    }

    /// Where a comment that stands behind byte `at` on its line ends; `at` where there is none.
    pub(super) fn comment_behind(&self, at: usize) -> usize {
        let line = at..self.line_end(at);
        let from = self.comments.partition_point(|comment| (comment.start as usize) < line.start);
        let first = self.comments.get(from).filter(|comment| (comment.start as usize) < line.end);
        let alone = first.is_some_and(|first| {
            let between = self.text.get(at..first.start as usize).unwrap_or_default();
            between.bytes().all(|byte| byte == b' ' || byte == b'\t')
        });
        if alone { line.end } else { at }
    }

    /// Text as the lines of this document end.
    pub(super) fn lines(&self, text: &str) -> String {
        if self.newline == "\n" { text.to_owned() } else { text.replace('\n', self.newline) }
    }

    /// The document with pieces replaced; `None` where they overlap.
    pub(super) fn splice(&self, mut splices: Vec<Splice>) -> Option<String> {
        splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for splice in splices {
            out.push_str(self.text.get(at..splice.range.start)?);
            out.push_str(&splice.text);
            at = splice.range.end;
        }
        out.push_str(self.text.get(at..)?);
        Some(out)
    }
}
