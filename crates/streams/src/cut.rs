//! Cuts bytes into records.
//!
//! A log of Kubernetes has one JSON text a line. What people save may instead be written over many lines: an `EventList`,
//! the answer of a cloud's command. Such a document is one record, but for its list (`items` and the like, or the document
//! itself): each item of that is a record, so that a list of any length needs no more room than its longest item.

use memchr::{memchr2, memchr3};

use crate::stretch::Span;

/// The lists in documents that hold events or records, by their keys. (Sources: audit.k8s.io/v1 `EventList`; Azure
/// diagnostic logs; `aws logs filter-log-events`; `CloudWatch` subscriptions.)
const LISTS: [&[u8]; 4] = [b"items", b"records", b"events", b"logEvents"];

/// What a cut found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The records, by their places in the window; offsets are not filled in.
    pub(crate) spans: Vec<Span>,
    /// What is odd about the bytes.
    pub(crate) odd: Vec<(Odd, usize, u64)>,
}

/// What is odd about the bytes at a place (in the window) and a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    TooLong,
    CutOff,
    Nul,
}

impl Found {
    fn span(&mut self, window: &[u8], begin: usize, end: usize, line: u64) {
        let text = window.get(begin..end).unwrap_or_default().trim_ascii_end();
        if !text.is_empty() {
            self.spans.push(Span { begin, end: begin + text.len(), line, offset: 0 });
        }
    }

    fn odd(&mut self, odd: Odd, at: usize, line: u64) {
        self.odd.push((odd, at, line));
    }
}

/// Cuts a stream that is seen through a window. Between two cuts the window moves on by what the first one used.
#[derive(Debug)]
pub(crate) struct Cutter {
    /// The longest record, in bytes.
    limit: usize,
    /// The number of the line at the place that is looked at.
    line: u64,
    /// Whether the byte before the window was NUL.
    in_nul: bool,
    mode: Mode,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    /// A record may begin; so many bytes from here on are known to hold no end of a line.
    Line { searched: usize },
    /// In a line that is too long.
    Skip,
    /// In a document of several lines.
    Document(Document),
}

#[derive(Clone, Copy, Debug)]
struct Document {
    /// The byte to look at next.
    at: usize,
    /// Where the record begins, and its line; `None` where none has begun.
    begin: Option<(usize, u64)>,
    /// Its first line.
    first_line: u64,
    /// Where the line begins, or what is accounted for ends, whichever is later; `None` where that is before the window.
    restart: Option<usize>,
    /// How many maps and lists are open.
    depth: u32,
    /// The depth in the list whose items are records; 0 where there is none.
    list: u32,
    /// Whether there was such a list.
    had_list: bool,
    /// In a string: where it began.
    string: Option<usize>,
    key: Key,
}

/// What was last seen in the outermost map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Other,
    /// One of [`LISTS`].
    Named,
    /// And its colon.
    Value,
}

/// How a look at a document ended.
enum Look {
    /// The window ended.
    More(Document),
    /// The document ended before this byte.
    End(usize),
    /// It is none: go on at this byte.
    None(usize),
}

impl Cutter {
    /// Cuts from the beginning of a file.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, line: 1, in_nul: false, mode: Mode::Line { searched: 0 } }
    }

    /// Cuts from a place inside of a file on, at which a line begins.
    pub(crate) fn at(limit: usize, line: u64) -> Self {
        Self { line, ..Self::new(limit) }
    }

    /// Finds the records in a window, and says how many of its bytes were used up. The next window begins with the first
    /// that was not. With `is_end` nothing comes behind the window, and all of it is used.
    pub(crate) fn cut(&mut self, window: &[u8], is_end: bool, found: &mut Found) -> usize {
        let mut at = 0;
        loop {
            match self.mode {
                Mode::Line { searched } => {
                    at = self.blanks(window, at, found);
                    let rest = window.get(at..).unwrap_or_default();
                    let searched = searched.min(rest.len());
                    let end = memchr2(b'\n', 0, rest.get(searched..).unwrap_or_default());
                    let Some(end) = end.map(|end| end + searched) else {
                        if is_end {
                            self.last(window, at, found);
                            return window.len();
                        }
                        if rest.len() > self.limit {
                            found.odd(Odd::TooLong, at, self.line);
                            self.mode = Mode::Skip;
                            return window.len();
                        }
                        self.mode = Mode::Line { searched: rest.len() };
                        return at;
                    };
                    let line = rest.get(..end).unwrap_or_default();
                    if end > self.limit {
                        found.odd(Odd::TooLong, at, self.line);
                    } else if is_open(line) && rest.get(end) == Some(&b'\n') {
                        self.mode = Mode::Document(Document::new(at, self.line));
                        continue;
                    } else {
                        found.span(window, at, at + end, self.line);
                    }
                    // What ends the line is a blank before the next.
                    at += end;
                    self.mode = Mode::Line { searched: 0 };
                }
                Mode::Skip => {
                    let Some(end) = memchr2(b'\n', 0, window.get(at..).unwrap_or_default()) else {
                        return window.len();
                    };
                    at += end;
                    self.mode = Mode::Line { searched: 0 };
                }
                Mode::Document(document) => match self.document(document, window, found) {
                    Look::End(end) | Look::None(end) => {
                        at = end;
                        self.mode = Mode::Line { searched: 0 };
                    }
                    Look::More(mut document) => {
                        if let Some((begin, line)) = document.begin
                            && (is_end || window.len() - begin > self.limit)
                        {
                            found.odd(if is_end { Odd::CutOff } else { Odd::TooLong }, begin, line);
                            document.begin = None;
                        } else if is_end {
                            found.odd(Odd::CutOff, window.len(), self.line);
                        }
                        if document.at - document.keep() > self.limit {
                            (document.restart, document.string) =
                                (None, document.string.map(|_| document.at));
                        }
                        if is_end {
                            return window.len();
                        }
                        let used = document.keep();
                        document.shift(used);
                        self.mode = Mode::Document(document);
                        return used;
                    }
                },
            }
        }
    }

    /// The line at the place that is looked at; `None` inside of a document, at which nobody can begin.
    pub(crate) fn line(&self) -> Option<u64> {
        matches!(self.mode, Mode::Line { .. }).then_some(self.line)
    }

    /// Passes over what stands between records.
    fn blanks(&mut self, window: &[u8], mut at: usize, found: &mut Found) -> usize {
        while let Some(byte) = window.get(at) {
            match byte {
                b'\n' => self.line += 1,
                0 if !self.in_nul => found.odd(Odd::Nul, at, self.line),
                // RFC 7464 puts a record separator before every text.
                0 | b' ' | b'\t' | b'\r' | 0x1E => {}
                _ => {
                    self.in_nul = false;
                    break;
                }
            }
            self.in_nul = *byte == 0;
            at += 1;
        }
        at
    }

    /// Takes the last line, which has no end.
    fn last(&self, window: &[u8], at: usize, found: &mut Found) {
        let line = window.get(at..).unwrap_or_default();
        if line.len() > self.limit {
            found.odd(Odd::TooLong, at, self.line);
        } else if is_open(line) {
            found.odd(Odd::CutOff, at, self.line);
        } else {
            found.span(window, at, window.len(), self.line);
        }
    }

    /// Looks on through a document.
    fn document(&mut self, mut this: Document, window: &[u8], found: &mut Found) -> Look {
        while let Some(byte) = window.get(this.at) {
            if let Some(begin) = this.string {
                let rest = window.get(this.at..).unwrap_or_default();
                let Some(next) = memchr3(b'"', b'\\', b'\n', rest) else {
                    this.at = window.len();
                    return Look::More(this);
                };
                this.at += next;
                match rest.get(next) {
                    Some(b'"') => {
                        let text = window.get(begin + 1..this.at).unwrap_or_default();
                        this.key = if LISTS.contains(&text) { Key::Named } else { Key::Other };
                        this.string = None;
                        this.at += 1;
                    }
                    Some(b'\\') if this.at + 1 < window.len() => this.at += 2,
                    Some(b'\\') => return Look::More(this),
                    // No string of JSON goes over the end of a line.
                    _ => {
                        let end = this.at + 1;
                        self.refuse(&this, window, this.at, found);
                        self.line += 1;
                        return Look::None(end);
                    }
                }
                continue;
            }
            let in_list = this.list > 0 && this.depth == this.list;
            let is_first = this.restart == Some(this.at);
            match byte {
                b'\n' => {
                    self.line += 1;
                    this.restart = Some(this.at + 1);
                }
                b' ' | b'\t' | b'\r' => {}
                // A new line of its own: the one before broke off.
                b'{' if is_first && !in_list && this.depth > 0 => return self.stop(&this, window, found),
                b'{' | b'[' => {
                    if in_list {
                        if *byte == b'[' {
                            return self.stop(&this, window, found);
                        }
                        this.begin = Some((this.at, self.line));
                    }
                    this.depth += 1;
                    let is_list = this.depth == 1 || this.depth == 2 && this.key == Key::Value;
                    if *byte == b'[' && is_list && this.list == 0 {
                        this.list = this.depth;
                        this.had_list = true;
                        this.begin = None;
                    }
                    this.key = Key::Other;
                }
                b'}' | b']' => {
                    this.depth -= 1;
                    if this.list > 0 && this.depth == this.list {
                        if let Some((begin, line)) = this.begin.take() {
                            self.take(window, begin, this.at + 1, line, found);
                        }
                        this.restart = Some(this.at + 1);
                    } else if this.depth < this.list {
                        this.list = 0;
                        this.restart = Some(this.at + 1);
                    }
                    if this.depth == 0 {
                        return self.end(&this, window, found);
                    }
                }
                b',' => this.key = Key::Other,
                b':' if this.key == Key::Named && this.depth == 1 => this.key = Key::Value,
                0 => return self.stop(&this, window, found),
                _ if in_list => return self.stop(&this, window, found),
                b'"' => this.string = Some(this.at),
                _ => {}
            }
            this.at += 1;
        }
        Look::More(this)
    }

    /// The document is at its end.
    fn end(&mut self, this: &Document, window: &[u8], found: &mut Found) -> Look {
        let end = this.at + 1;
        let Some((begin, line)) = this.begin else { return Look::End(end) };
        if line < self.line || this.had_list {
            self.take(window, begin, end, line, found);
            return Look::End(end);
        }
        // It ends on its first line, and something stands behind it: the line is no document.
        let rest = window.get(end..).unwrap_or_default();
        let behind = memchr2(b'\n', 0, rest).map_or(window.len(), |at| end + at);
        found.span(window, begin, behind, line);
        Look::End(behind)
    }

    /// What is at this place cannot stand in a document. What was read of it is a record of its own (and no JSON), and
    /// the line of the place is looked at again.
    fn stop(&mut self, this: &Document, window: &[u8], found: &mut Found) -> Look {
        let is_nul = window.get(this.at) == Some(&0);
        let restart = this.restart.filter(|_| !is_nul).unwrap_or(this.at);
        if this.begin.is_some_and(|(begin, _)| begin < restart) {
            self.refuse(this, window, restart, found);
        } else if !is_nul && this.first_line == self.line {
            // The line that began it is at fault, and is a record as a whole.
            let rest = window.get(this.at..).unwrap_or_default();
            let end = memchr2(b'\n', 0, rest).map_or(window.len(), |at| this.at + at);
            found.span(window, restart, end, self.line);
            return Look::None(end);
        }
        Look::None(restart)
    }

    /// Takes what was read of a document for a record.
    fn refuse(&self, this: &Document, window: &[u8], end: usize, found: &mut Found) {
        if let Some((begin, line)) = this.begin {
            self.take(window, begin, end, line, found);
        }
    }

    /// Takes a record that is not too long.
    fn take(&self, window: &[u8], begin: usize, end: usize, line: u64, found: &mut Found) {
        if end - begin > self.limit {
            found.odd(Odd::TooLong, begin, line);
        } else {
            found.span(window, begin, end, line);
        }
    }
}

impl Document {
    fn new(at: usize, line: u64) -> Self {
        Self {
            at,
            begin: Some((at, line)),
            first_line: line,
            restart: Some(at),
            depth: 0,
            list: 0,
            had_list: false,
            string: None,
            key: Key::Other,
        }
    }

    /// The first byte that is still needed.
    fn keep(&self) -> usize {
        let begin = self.begin.map_or(self.at, |(begin, _)| begin);
        // Only in the outermost map does it matter what a string says.
        let string = self.string.filter(|_| self.depth == 1).unwrap_or(self.at);
        begin.min(string).min(self.restart.unwrap_or(self.at)).min(self.at)
    }

    /// Moves with the window.
    fn shift(&mut self, used: usize) {
        self.at -= used;
        self.begin = self.begin.map(|(begin, line)| (begin - used, line));
        self.restart = self.restart.and_then(|restart| restart.checked_sub(used));
        self.string = self.string.map(|string| string.saturating_sub(used));
    }
}

/// Whether a line may be the first of a document of several lines: it opens a map or list and does not close it.
fn is_open(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    match (line.first(), line.last()) {
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => line.len() < 2,
        (Some(b'{' | b'['), _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
