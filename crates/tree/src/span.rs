//! Places in a source: byte spans, and the lines and columns people read.

use std::fmt;
use std::sync::OnceLock;

/// A half-open range of bytes in one source. [`Span::NONE`] where a tree did not come from text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of a value that has no text behind it, such as one decoded from an API response.
    pub const NONE: Self = Self { start: u32::MAX, end: u32::MAX };

    /// A span from `start` to `end`, both byte offsets. Sources are limited to 4 GiB, so offsets that do not
    /// fit saturate (the parser refuses larger sources before that can happen).
    pub fn new(start: usize, end: usize) -> Self {
        let fit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: fit(start), end: fit(end) }
    }

    /// Whether there is text behind this span.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// The text under the span, or `None` where the span has none or does not lie in `text`.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_some() { write!(f, "{}..{}", self.start, self.end) } else { f.write_str("-") }
    }
}

/// A line and a column, both counted from 1; the column counts characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Where the lines of a text begin, so that offsets become positions in logarithmic time.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
    /// Characters before every [`CHUNK`]th byte; made for the first long line that somebody asks about.
    characters: OnceLock<Vec<u32>>,
}

/// Lines longer than this are not counted from their start each time.
const CHUNK: usize = 4096;

impl Lines {
    /// Reads `text` once. Lines end at `\n` (a `\r` before it belongs to the line).
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)),
        );
        Self { starts, characters: OnceLock::new() }
    }

    /// The position of the byte at `offset` of `text` (the text these lines were made from). An offset past
    /// the end gives the position of the end.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts[line - 1];
        let column = if (offset - start) as usize <= CHUNK {
            characters(text, start as usize, offset as usize)
        } else {
            self.characters_before(text, offset) - self.characters_before(text, start)
        };
        let column = column + 1;
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// How many characters of `text` begin before a byte.
    fn characters_before(&self, text: &str, offset: u32) -> usize {
        let count = |mut sums: Vec<u32>, at: usize| {
            let sum = sums.last().copied().unwrap_or_default() as usize + characters(text, at, at + CHUNK);
            sums.push(u32::try_from(sum).unwrap_or(u32::MAX));
            sums
        };
        let sums = self.characters.get_or_init(|| (0..text.len()).step_by(CHUNK).fold(vec![0], count));
        let chunk = offset as usize / CHUNK;
        let known = sums.get(chunk).copied().unwrap_or_default() as usize;
        known + characters(text, chunk * CHUNK, offset as usize)
    }

    /// How many lines there are; a final line break begins one more, empty line.
    pub fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The offset of the first byte of a line (from 1), or `None` past the end.
    pub fn start(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }

    /// The text of a line (from 1) without its line break, or `None` past the end.
    pub fn line<'a>(&self, text: &'a str, line: u32) -> Option<&'a str> {
        let at = line.checked_sub(1)? as usize;
        let start = *self.starts.get(at)? as usize;
        let end = self.starts.get(at + 1).map_or(text.len(), |&next| next as usize);
        text.get(start..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }
}

/// How many characters begin within these bytes. Continuation bytes of UTF-8 do not begin one.
fn characters(text: &str, from: usize, to: usize) -> usize {
    let bytes = text.as_bytes().get(from..to.min(text.len())).unwrap_or_default();
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let text = "a: é\r\nb: ü # x\n";
        let lines = Lines::new(text);
        let at = u32::try_from(text.find('#').unwrap()).unwrap();
        assert_eq!(lines.position(text, at), Position { line: 2, column: 6 });
        assert_eq!(lines.line(text, 1), Some("a: é"));
        assert_eq!(lines.line(text, 3), Some(""));
        assert_eq!(lines.line(text, 4), None);
        assert_eq!(lines.position(text, u32::MAX).line, 3);
    }

    #[test]
    fn columns_of_long_lines_are_the_same() {
        let text = format!("é\n{}\nü", "aé漢".repeat(5000));
        let lines = Lines::new(&text);
        for (column, (offset, _)) in (1..).zip(text[3..].char_indices().take(15_000)) {
            let offset = u32::try_from(offset + 3).unwrap();
            assert_eq!(lines.position(&text, offset), Position { line: 2, column });
        }
    }
}
