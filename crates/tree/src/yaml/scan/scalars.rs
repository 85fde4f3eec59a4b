//! The three kinds of scalars: plain, quoted and block.

use std::borrow::Cow;

use super::{Scan, Scanner, tab};
use crate::yaml::bytes::{self, BLANK, BREAK, COLON, DOUBLE, FLOW, SINGLE};
use crate::yaml::token::{Fault, Kind, Style, Token};

impl<'a> Scanner<'a> {
    /// A scalar without quotes, over one line or several.
    pub(super) fn plain_scalar(&mut self) -> Scan<Token<'a>> {
        let start = self.at;
        let mut end = start;
        // Text is copied only where a line break was folded; `from` is where the uncopied part begins.
        let mut folded: Option<String> = None;
        let mut from = start;
        let mut gap: Option<Gap> = None;
        let indent = self.indent + 1;
        let stop = BLANK | BREAK | COLON | if self.in_flow() { FLOW } else { 0 };
        while !self.at_marker() && self.ahead(0) != b'#' {
            let word = self.at;
            loop {
                self.run(stop)?;
                if self.ahead(0) != b':' || self.is_space_ahead(1) {
                    break;
                }
                self.at += 1;
            }
            if self.at > word {
                if let Some(gap) = gap.take() {
                    let folded = folded.get_or_insert_default();
                    folded.push_str(self.piece(from, end));
                    gap.fold_into(folded);
                    from = word;
                }
                end = self.at;
            }
            if !self.is_space_ahead(0) || self.at >= self.bytes.len() {
                break;
            }
            gap = self.gap(None, indent)?;
            if !self.in_flow() && self.column() < indent {
                break;
            }
        }
        if gap.is_some() {
            self.key_allowed = true;
        }
        let tail = self.piece(from, end);
        let text = match folded {
            Some(mut folded) => {
                folded.push_str(tail);
                Cow::Owned(folded)
            }
            None => Cow::Borrowed(tail),
        };
        Ok(Token { kind: Kind::Scalar(Style::Plain), start, end, text })
    }

    /// Skips blanks and line breaks. Some where a line ended; `open` is the gap that an escaped line break began.
    fn gap(&mut self, open: Option<Gap>, indent: i64) -> Scan<Option<Gap>> {
        let mut gap = open;
        loop {
            if bytes::is(self.ahead(0), BLANK) {
                if gap.is_some() && self.ahead(0) == b'\t' && self.column() < indent {
                    return Err(tab(self.at));
                }
                self.at += 1;
            } else if self.break_ahead(0) > 0 {
                if let Some(gap) = &mut gap {
                    self.read_break(&mut gap.rest);
                } else {
                    self.read_break(&mut gap.insert(Gap::default()).first);
                }
            } else {
                return Ok(gap);
            }
        }
    }

    /// A scalar in quotes.
    pub(super) fn quoted_scalar(&mut self, style: Style) -> Scan<Token<'a>> {
        let start = self.at;
        let (quote, stop) = if style == Style::Single { (b'\'', SINGLE) } else { (b'"', DOUBLE) };
        self.at += 1;
        let mut copied: Option<String> = None;
        let mut from = self.at;
        loop {
            if self.at_marker() {
                return Err(unclosed(start));
            }
            let mut gap = None;
            // Up to the next blank or line break that a fold may follow.
            loop {
                self.run(stop | BLANK | BREAK)?;
                let byte = self.ahead(0);
                if self.at >= self.bytes.len() {
                    return Err(unclosed(start));
                }
                if byte == b'\'' && quote == byte && self.ahead(1) == quote {
                    copied.get_or_insert_default().push_str(self.piece(from, self.at + 1));
                    self.at += 2;
                    from = self.at;
                } else if byte == quote || !bytes::is(byte, stop) {
                    break;
                } else if byte == b'\\' {
                    let copied = copied.get_or_insert_default();
                    copied.push_str(self.piece(from, self.at));
                    if self.break_ahead(1) > 0 {
                        self.at += 1;
                        self.skip_break();
                        gap = Some(Gap::default());
                    } else {
                        copied.push(self.escape()?);
                    }
                    from = self.at;
                    if gap.is_some() {
                        break;
                    }
                } else {
                    // A double quote's class holds nothing else.
                    self.at += 1;
                }
            }
            if gap.is_none() && self.ahead(0) == quote {
                break;
            }
            let word = self.at;
            if let Some(gap) = self.gap(gap, i64::MIN)? {
                let copied = copied.get_or_insert_default();
                if from < word {
                    copied.push_str(self.piece(from, word));
                }
                gap.fold_into(copied);
                from = self.at;
            }
        }
        let tail = self.piece(from, self.at);
        self.at += 1;
        let text = match copied {
            Some(mut copied) => {
                copied.push_str(tail);
                Cow::Owned(copied)
            }
            None => Cow::Borrowed(tail),
        };
        Ok(Token { kind: Kind::Scalar(style), start, end: self.at, text })
    }

    /// The character behind a backslash.
    fn escape(&mut self) -> Scan<char> {
        let simple = match self.ahead(1) {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0B',
            b'f' => '\x0C',
            b'r' => '\r',
            b'e' => '\x1B',
            byte @ (b' ' | b'"' | b'\'' | b'\\') => char::from(byte),
            b'N' => '\u{85}',
            b'_' => '\u{A0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.coded(2),
            b'u' => return self.coded(4),
            b'U' => return self.coded(8),
            _ => {
                let found = self.text.get(self.at + 1..).and_then(|rest| rest.chars().next());
                let escape = found.filter(|c| !c.is_control()).map(String::from).unwrap_or_default();
                return Err(Fault::new(format!("'\\{escape}' is no escape that YAML 1.1 knows"), self.at)
                    .hint("write \\\\ for a backslash, or use single quotes"));
            }
        };
        self.at += 2;
        Ok(simple)
    }

    /// A character given by its number in so many hexadecimal digits.
    fn coded(&mut self, digits: usize) -> Scan<char> {
        let from = self.at + 2;
        let code = self
            .text
            .get(from..from + digits)
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(code) = code else {
            let kind = char::from(self.ahead(1));
            return Err(Fault::new(
                format!("the escape \\{kind} wants {digits} hexadecimal digits"),
                self.at,
            ));
        };
        let found = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        let found = found
            .ok_or_else(|| Fault::new(format!("there is no character with the number {code}"), self.at))?;
        self.at = from + digits;
        Ok(found)
    }

    /// A scalar after `|` or `>`.
    pub(super) fn block_scalar(&mut self, style: Style) -> Scan<Token<'a>> {
        let start = self.at;
        self.at += 1;
        let (keep, increment) = self.block_header(start)?;
        let mut end = self.at;
        while bytes::is(self.ahead(0), BLANK) {
            self.at += 1;
        }
        self.comment()?;
        if self.break_ahead(0) > 0 {
            self.skip_break();
        } else if self.at < self.bytes.len() {
            let message = "a block scalar's text must begin on the line below its '|' or '>'";
            return Err(Fault::new(message, self.at));
        }
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let mut text = String::new();
        let mut line_break = String::new();
        let mut breaks = String::new();
        self.block_breaks(&mut indent, &mut breaks)?;
        let mut after_blank = false;
        while self.column() == indent && self.at < self.bytes.len() {
            let blank = bytes::is(self.ahead(0), BLANK);
            if style == Style::Folded && !after_blank && !blank && line_break.starts_with('\n') {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&line_break);
            }
            line_break.clear();
            text.push_str(&breaks);
            breaks.clear();
            after_blank = blank;
            let from = self.at;
            self.run(BREAK)?;
            text.push_str(self.piece(from, self.at));
            end = self.at;
            if self.at < self.bytes.len() {
                self.read_break(&mut line_break);
            }
            self.block_breaks(&mut indent, &mut breaks)?;
        }
        if keep != Some(false) {
            text.push_str(&line_break);
        }
        if keep == Some(true) {
            text.push_str(&breaks);
        }
        Ok(Token { kind: Kind::Scalar(style), start, end, text: Cow::Owned(text) })
    }

    /// The indicators behind `|` or `>`: whether line breaks at the end are kept, and how deep the text stands.
    fn block_header(&mut self, start: usize) -> Scan<(Option<bool>, i64)> {
        let mut keep = None;
        let mut increment = 0;
        for _ in 0..2 {
            match self.ahead(0) {
                byte @ (b'+' | b'-') if keep.is_none() => keep = Some(byte == b'+'),
                b'0' if increment == 0 => {
                    return Err(Fault::new(
                        "the indentation of a block scalar is given as 0 and must be 1 to 9",
                        start,
                    ));
                }
                byte @ b'1'..=b'9' if increment == 0 => increment = i64::from(byte - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        Ok((keep, increment))
    }

    /// Skips indentation and empty lines of a block scalar, and finds the indentation where none was given.
    fn block_breaks(&mut self, indent: &mut i64, breaks: &mut String) -> Scan<()> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.ahead(0) == b' ' {
                self.at += 1;
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.ahead(0) == b'\t' {
                return Err(tab(self.at));
            }
            if self.break_ahead(0) == 0 {
                break;
            }
            self.read_break(breaks);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}

/// The line breaks between two parts of a scalar.
#[derive(Default)]
struct Gap {
    first: String,
    rest: String,
}

impl Gap {
    /// One line break becomes a space, more become one fewer; U+2028 and U+2029 stay.
    fn fold_into(self, text: &mut String) {
        if self.first != "\n" {
            text.push_str(&self.first);
            text.push_str(&self.rest);
        } else if self.rest.is_empty() {
            text.push(' ');
        } else {
            text.push_str(&self.rest);
        }
    }
}

fn unclosed(start: usize) -> Fault {
    Fault::new("the text that begins with this quote is never closed", start)
}
