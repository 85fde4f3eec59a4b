//! Columns of text, as kubectl prints them.

use std::fmt::Write as _;

use ironsides_report::plain;
use unicode_width::UnicodeWidthStr;

/// Rows under a heading. Every cell is safe to show on a terminal; each column is as wide as its widest cell.
pub(crate) struct Columns {
    rows: Vec<Vec<String>>,
    /// The spaces between columns.
    gap: usize,
}

impl Columns {
    /// Columns with their headings.
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|&text| text.to_owned()).collect()], gap: 2 }
    }

    /// Columns without headings, three spaces apart as kubectl has them.
    pub(crate) fn bare() -> Self {
        Self { rows: Vec::new(), gap: 3 }
    }

    /// Adds a row. Columns that are missing at its end stay empty.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| plain(cell).into_owned()).collect());
    }

    /// The text, with two or more spaces between columns and none at the end of a line.
    pub(crate) fn text(&self) -> String {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..count)
            .map(|at| {
                self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                _ = write!(line, "{cell}{}", " ".repeat(width - cell.width() + self.gap));
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must() {
        let mut columns = Columns::new(&["A", "B"]);
        columns.row(&["漢字", "x\u{1b}[31m"]);
        columns.row(&["a"]);
        assert_eq!(columns.text(), "A     B\n漢字  x\u{fffd}[31m\na\n");
    }
}
