//! JSON to trees, with the place of every value: strict JSON, as the API server reads it. A byte order mark in
//! front is read over, which Go does not do.

use std::collections::VecDeque;

use crate::build::{close_list, close_map};
use crate::document::{Document, Limits, Remark, SyntaxError};
use crate::lists;
use crate::map::Entry;
use crate::node::{Node, Text, Value};
use crate::span::Span;

/// The values of a JSON text: one, several in a row, or one a line.
pub(crate) struct JsonDocuments<'a> {
    text: &'a str,
    at: usize,
    limits: Limits,
    number: u32,
    ready: VecDeque<Document>,
}

impl<'a> JsonDocuments<'a> {
    pub(crate) fn new(text: &'a str, limits: Limits) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, limits, number: 0, ready: VecDeque::new() }
    }

    /// Where the next value is looked for.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// After an error: the next line that begins a value.
    fn recover(&mut self, from: usize) {
        let bytes = self.text.as_bytes();
        let mut at = from.max(self.at);
        self.at = loop {
            match memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default()) {
                Some(found) if matches!(bytes.get(at + found + 1), Some(b'{' | b'[')) => {
                    break at + found + 1;
                }
                Some(found) => at += found + 1,
                None => break bytes.len(),
            }
        };
    }
}

impl Iterator for JsonDocuments<'_> {
    type Item = Result<Document, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(document) = self.ready.pop_front() {
            return Some(Ok(document));
        }
        let mut reader = Reader {
            text: self.text,
            bytes: self.text.as_bytes(),
            at: self.at,
            depth: self.limits.depth,
            remarks: Vec::new(),
        };
        reader.space();
        if reader.at == reader.bytes.len() {
            return None;
        }
        let number = self.number;
        self.number += 1;
        match reader.value() {
            Ok(root) => {
                self.at = reader.at;
                self.ready.extend(lists::split(root, number, 0, reader.remarks, self.limits));
                self.ready.pop_front().map(Ok)
            }
            Err(Fault { message, at }) => {
                self.recover(at);
                let offset = u32::try_from(at).unwrap_or(u32::MAX);
                Some(Err(SyntaxError { message, offset, document: number, hint: None }))
            }
        }
    }
}

struct Fault {
    message: String,
    at: usize,
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    remarks: Vec<Remark>,
}

impl<'a> Reader<'a> {
    /// What is still to be read.
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// A piece of the text; nothing where it does not lie on characters.
    fn piece(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { message: message.into(), at: self.at.min(self.bytes.len()) })
    }

    /// The next character in words, for messages.
    fn seen(&self) -> String {
        self.text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
            .map_or("the end of the text".into(), |c| format!("{c:?}"))
    }

    fn value(&mut self) -> Result<Node, Fault> {
        self.space();
        let start = self.at;
        let value = match self.bytes.get(start) {
            Some(b'{') => return self.map(),
            Some(b'[') => return self.list(),
            Some(b'"') => Value::String(self.string()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return self.fault(format!("expected a JSON value, found {}", self.seen())),
        };
        Ok(Node::new(value, Span::new(start, self.at)))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Fault> {
        if self.rest().starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(value);
        }
        self.fault(format!("expected {word}"))
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        if self.depth == 0 {
            return self.fault("lists and maps are nested too deeply");
        }
        self.depth -= 1;
        Ok(())
    }

    fn map(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        self.deeper()?;
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.space();
            match self.bytes.get(self.at) {
                Some(b'}') if entries.is_empty() => break,
                Some(b'"') => {}
                _ => return self.fault(format!("expected a quoted key, found {}", self.seen())),
            }
            let key_start = self.at;
            let key = self.string()?;
            let key_span = Span::new(key_start, self.at);
            self.space();
            if self.bytes.get(self.at) != Some(&b':') {
                return self.fault(format!("expected ':' after the key, found {}", self.seen()));
            }
            self.at += 1;
            let value = self.value()?;
            entries.push(Entry { key, key_span, value });
            if !self.more(b'}')? {
                break;
            }
        }
        self.at += 1;
        self.depth += 1;
        Ok(close_map(entries, Span::new(start, self.at), &mut self.remarks))
    }

    fn list(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        self.deeper()?;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.bytes.get(self.at) != Some(&b']') {
            loop {
                items.push(self.value()?);
                if !self.more(b']')? {
                    break;
                }
            }
        }
        self.at += 1;
        self.depth += 1;
        Ok(close_list(items.into_iter(), Span::new(start, self.at)))
    }

    /// Whether a comma announces one more element; stops before `close` otherwise.
    fn more(&mut self, close: u8) -> Result<bool, Fault> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(&byte) if byte == close => Ok(false),
            _ => self.fault(format!("expected ',' or '{}', found {}", char::from(close), self.seen())),
        }
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.bytes.get(reader.at), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at - from
        };
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        let zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = digits(self);
        if whole == 0 || zero && whole > 1 {
            return self.fault("a number has no digits or a leading zero");
        }
        let mut float = false;
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            float = true;
            if digits(self) == 0 {
                return self.fault("a number ends in a dot");
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            float = true;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if digits(self) == 0 {
                return self.fault("a number has an empty exponent");
            }
        }
        let text = self.piece(start, self.at);
        if !float && let Ok(value) = text.parse() {
            return Ok(Value::Int(value));
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Value::Float(value)),
            _ => self.fault("a number is too large"),
        }
    }

    fn string(&mut self) -> Result<Text, Fault> {
        self.at += 1;
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut copied = start;
        loop {
            let rest = self.rest();
            let Some(found) = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20)
            else {
                self.at = self.bytes.len();
                return self.fault("a string has no end");
            };
            self.at += found;
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(self.piece(copied, self.at));
                    let escaped = self.escape()?;
                    owned.get_or_insert_default().push(escaped);
                    copied = self.at;
                }
                _ => return self.fault("a string holds a control character that must be escaped"),
            }
        }
        let tail = self.piece(copied, self.at);
        self.at += 1;
        Ok(match owned {
            Some(mut text) => {
                text.push_str(tail);
                Text::from(text)
            }
            None => Text::new(tail),
        })
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let Some(&kind) = self.bytes.get(self.at + 1) else { return self.fault("a string has no end") };
        let simple = match kind {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.fault("a string holds an escape that JSON does not know"),
        };
        self.at += 2;
        Ok(simple)
    }

    /// `\uXXXX`, surrogate pairs joined; a lone surrogate becomes the replacement character, as in Go.
    fn unicode(&mut self) -> Result<char, Fault> {
        let Some(first) = self.hex(self.at) else {
            return self.fault("a \\u escape wants four hexadecimal digits");
        };
        self.at += 6;
        if let Some(found) = char::from_u32(first) {
            return Ok(found);
        }
        if (0xD800..0xDC00).contains(&first)
            && self.bytes.get(self.at..self.at + 2) == Some(b"\\u")
            && let Some(second @ 0xDC00..0xE000) = self.hex(self.at)
        {
            self.at += 6;
            let joined = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// The number in the escape that begins at `at`.
    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at + 2..at + 6)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }
}
