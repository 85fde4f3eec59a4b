//! Edits of YAML blocks: whole lines come and go.

use std::ops::Range;

use super::flow;
use super::page::{Page, Splice};
use super::render::scalar;
use super::shape::{Shape, ShapeKind};
use crate::node::Node;
use crate::print::yaml;
use crate::yaml::Style;

/// What a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// Nothing: it is the document.
    Root,
    /// A key in a block, at this column.
    Key(usize),
    /// A dash at this column.
    Item(usize),
    /// Something in brackets; so a missing colon is added where a key stands alone.
    Brackets { colon: bool },
}

impl Page<'_> {
    /// Puts a value in the place of another.
    pub(super) fn replace(&self, shape: &Shape, holder: Holder, value: &Node) -> Vec<Splice> {
        if let Holder::Brackets { colon } = holder {
            let own_lines = self.is_broken(shape.start..shape.end) || self.is_first(shape.start);
            let indent = own_lines.then(|| self.indent_of(shape.start));
            let text = self.in_brackets(value, shape.start, indent);
            if shape.is_unwritten() {
                let sign = if colon { ": " } else { " " };
                return vec![Splice::new(shape.end..shape.end, format!("{sign}{text}"))];
            }
            return self.swap(shape.start..shape.end, shape.start, &text);
        }
        let multiline = yaml::is_block(value);
        // A block that begins below its key or dash.
        let below = shape.is_block() && self.is_first(shape.start) && holder != Holder::Root;
        let old_column = self.column(shape.start);
        if multiline {
            let column = self.block_column(holder, value);
            if below {
                let range = self.line_start(shape.start)..self.line_end(shape.end);
                let mut text = self.comment_lines(&range, column);
                text.push_str(&self.rendered(value, column, true));
                return vec![Splice::new(range, text)];
            }
            if let Holder::Key(_) = holder {
                let end = self.line_end(shape.end.max(shape.after));
                let mut text = self.newline.to_owned();
                text.push_str(&self.comment_lines(&(shape.start..shape.end), column));
                text.push_str(&self.rendered(value, column, true));
                let gap = self.blanks_before(shape);
                return vec![Splice::new(gap..shape.end, ""), Splice::new(end..end, text)];
            }
            if holder == Holder::Root && !self.is_first(shape.start) {
                // It cannot begin on the line of the `---`.
                let at = self.line_end(shape.end.max(shape.after));
                let text = self.newline.to_owned() + &self.rendered(value, 0, false);
                return vec![Splice::new(shape.start..shape.end, ""), Splice::new(at..at, text)];
            }
            // The first line stands where the old value did, and the others below it.
            let column = if shape.is_unwritten() && holder != Holder::Root {
                column
            } else {
                self.column(shape.start)
            };
            let text = self.rendered(value, column, false);
            if shape.is_unwritten() {
                return vec![Splice::new(shape.after..shape.after, format!(" {text}"))];
            }
            return self.swap(shape.start..shape.end, shape.start, &text);
        }
        let text = scalar(value, shape);
        if shape.is_unwritten() {
            return vec![Splice::new(shape.after..shape.after, format!(" {text}"))];
        }
        if below {
            let lines = self.line_start(shape.start)..self.next_line(shape.end);
            let comments = self.comment_lines(&lines, old_column);
            return vec![
                Splice::new(shape.after..shape.after, format!(" {text}")),
                Splice::new(lines, comments),
            ];
        }
        self.swap(shape.start..shape.end, shape.start, &text)
    }

    /// Puts text in the place of a range; comments that stood in it keep a line each above.
    fn swap(&self, range: Range<usize>, start: usize, text: &str) -> Vec<Splice> {
        let comments = self.comment_lines(&range, self.indent_of(start));
        let mut splices = vec![Splice::new(range, text)];
        if !comments.is_empty() {
            let at = self.line_start(start);
            splices.insert(0, Splice::new(at..at, comments));
        }
        splices
    }

    /// How far the line that byte `at` is on is indented.
    fn indent_of(&self, at: usize) -> usize {
        let line = self.text.get(self.line_start(at)..at).unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    }

    /// Where the blanks before a value begin.
    fn blanks_before(&self, shape: &Shape) -> usize {
        let gap = self.text.get(shape.after..shape.start).unwrap_or_default();
        if gap.bytes().all(|byte| byte == b' ' || byte == b'\t') { shape.after } else { shape.start }
    }

    /// The column at which a new block stands.
    fn block_column(&self, holder: Holder, value: &Node) -> usize {
        match holder {
            Holder::Root | Holder::Brackets { .. } => 0,
            Holder::Key(column) if value.as_list().is_some() => column + self.layout.list,
            Holder::Key(column) => column + self.layout.map,
            Holder::Item(column) => column + 2,
        }
    }

    /// A value as a block, without the last line break.
    fn rendered(&self, value: &Node, column: usize, pad: bool) -> String {
        let mut text = String::new();
        if pad {
            yaml::pad(column, &mut text);
        }
        yaml::block(value, column, self.layout, &mut text);
        self.lines(text.trim_end_matches('\n'))
    }

    /// Where lines can be put behind a block.
    fn behind(&self, shape: &Shape) -> usize {
        let mut end = self.line_end(shape.end);
        let leaf = shape.last_leaf();
        let header = self.text.get(leaf.value..self.line_end(leaf.value)).unwrap_or_default();
        if matches!(leaf.kind, ShapeKind::Scalar(Style::Literal | Style::Folded))
            && header.split('#').next().is_some_and(|header| header.contains('+'))
        {
            // Its empty lines are text.
            let mut next = self.next_line(end);
            while next < self.text.len()
                && self.text.get(next..self.line_end(next)).is_some_and(|line| line.trim().is_empty())
            {
                end = self.line_end(next);
                next = self.next_line(next);
            }
        }
        end
    }

    /// Adds a key to a block map.
    pub(super) fn add_key(&self, shape: &Shape, column: usize, key: &str, value: &Node) -> Vec<Splice> {
        let mut text = String::from("\n");
        yaml::pad(column, &mut text);
        yaml::entry(key, value, column, self.layout, &mut text);
        let at = self.behind(shape);
        vec![Splice::new(at..at, self.lines(text.trim_end_matches('\n')))]
    }

    /// Adds an item to a block list.
    pub(super) fn add_item(&self, shape: &Shape, column: usize, value: &Node) -> Vec<Splice> {
        let mut text = String::from("\n");
        yaml::pad(column, &mut text);
        text.push_str("- ");
        yaml::block(value, column + 2, self.layout, &mut text);
        let at = self.behind(shape);
        vec![Splice::new(at..at, self.lines(text.trim_end_matches('\n')))]
    }

    /// Removes an entry that is not the only one of its block, given where all of them begin and its end. Comments on its
    /// lines are about it and go too.
    pub(super) fn remove_entry(&self, starts: &[usize], at: usize, end: usize) -> Vec<Splice> {
        let Some(&start) = starts.get(at) else { return Vec::new() };
        if self.is_first(start) {
            let lines = self.line_start(start)..self.next_line(end);
            return vec![Splice::away(lines)];
        }
        // It shares its line with a dash: the next entry takes its place.
        let Some(&next) = starts.get(at + 1) else { return Vec::new() };
        let own = start..self.next_line(end).min(next);
        let mut splices = self.swap(own.end..next, start, "");
        splices.push(Splice::away(own));
        splices
    }

    /// Puts an empty value in the place of a block whose only entry goes, with what is said beside it.
    pub(super) fn emptied(&self, shape: &Shape, holder: Holder, value: &Node) -> Vec<Splice> {
        let text = scalar(value, shape);
        if shape.is_block() && self.is_first(shape.start) && holder != Holder::Root {
            let lines = self.line_start(shape.start)..self.next_line(shape.end);
            return vec![Splice::new(shape.after..shape.after, format!(" {text}")), Splice::away(lines)];
        }
        let end = self.comment_behind(shape.end);
        vec![Splice::new(shape.start..shape.start, text), Splice::away(shape.start..end)]
    }

    /// Where the entries of a block map begin.
    pub(super) fn key_starts(&self, pairs: &[super::shape::Pair]) -> Vec<usize> {
        pairs.iter().map(|pair| flow::start_of_key(self, &pair.key)).collect()
    }

    /// Where the dash of an item is.
    pub(super) fn dash(item: &Shape) -> usize {
        item.after.saturating_sub(1)
    }
}
