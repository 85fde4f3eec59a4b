//! Walks over JSON text without building anything.

use std::borrow::Cow;

use ironsides_tree::unescape;
use memchr::memchr2;

/// A place in a JSON text. Values that nobody asks for are passed over without being checked in all detail.
#[derive(Clone)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// Why a text cannot be read on: a byte, and what was wanted there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at: usize,
    pub(super) wanted: &'static str,
}

type Scanned<T> = Result<T, Broken>;

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from a byte to here.
    pub(super) fn since(&self, begin: usize) -> &'a str {
        self.text.get(begin..self.at).unwrap_or_default()
    }

    pub(super) fn broken<T>(&self, wanted: &'static str) -> Scanned<T> {
        Err(Broken { at: self.at, wanted })
    }

    /// The next byte that is no blank, without passing it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn take(&mut self, byte: u8, wanted: &'static str) -> Scanned<()> {
        if self.peek() != Some(byte) {
            return self.broken(wanted);
        }
        self.at += 1;
        Ok(())
    }

    /// Calls back with every key of the map that begins here; the callback passes the value. A null is an empty map.
    pub(super) fn map(
        &mut self,
        mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Scanned<()>,
    ) -> Scanned<()> {
        if self.null() {
            return Ok(());
        }
        self.take(b'{', "a map")?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.take(b':', "a colon")?;
            each(self, key)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.broken("a comma or the end of a map"),
            }
        }
    }

    /// Calls back at every item of the list that begins here; the callback passes it. A null is an empty list.
    pub(super) fn list(&mut self, mut each: impl FnMut(&mut Self) -> Scanned<()>) -> Scanned<()> {
        if self.null() {
            return Ok(());
        }
        self.take(b'[', "a list")?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.broken("a comma or the end of a list"),
            }
        }
    }

    fn null(&mut self) -> bool {
        let is_null = self.peek() == Some(b'n') && self.rest().starts_with("null");
        if is_null {
            self.at += 4;
        }
        is_null
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The string here.
    pub(super) fn string(&mut self) -> Scanned<Cow<'a, str>> {
        let (raw, escaped) = self.raw_string()?;
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        let begin = self.at;
        unescape(raw).map(Cow::Owned).ok_or(Broken { at: begin, wanted: "an escape that JSON knows" })
    }

    /// The bytes between the quotes, and whether there is an escape among them.
    fn raw_string(&mut self) -> Scanned<(&'a str, bool)> {
        self.take(b'"', "a string")?;
        let begin = self.at;
        let mut escaped = false;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let Some(next) = memchr2(b'"', b'\\', rest) else {
                self.at = self.text.len();
                return self.broken("the end of a string");
            };
            if rest.get(next) == Some(&b'"') {
                let end = self.at + next;
                self.at = end + 1;
                return Ok((self.text.get(begin..end).unwrap_or_default(), escaped));
            }
            escaped = true;
            self.at += next + 2;
        }
    }

    /// The text of the value here: a string's content, a number or boolean as written, nothing of a null. Anything else is
    /// passed over and gives nothing.
    pub(super) fn text(&mut self) -> Scanned<Cow<'a, str>> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'n') => self.skip().map(|_| Cow::Borrowed("")),
            Some(b'{' | b'[') => self.skip().map(|_| Cow::Borrowed("")),
            _ => self.skip().map(Cow::Borrowed),
        }
    }

    /// The whole number here; 0 for anything else.
    pub(super) fn number(&mut self) -> Scanned<u16> {
        self.skip().map(|text| text.parse().unwrap_or_default())
    }

    /// Passes over the value here, and gives its text.
    pub(super) fn skip(&mut self) -> Scanned<&'a str> {
        let first = self.peek();
        let begin = self.at;
        match first {
            Some(b'"') => {
                self.raw_string()?;
            }
            Some(b'{' | b'[') => self.nested()?,
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                let bytes = self.text.as_bytes();
                while bytes.get(self.at).is_some_and(|byte| is_scalar(*byte)) {
                    self.at += 1;
                }
            }
            _ => return self.broken("a value"),
        }
        Ok(self.text.get(begin..self.at).unwrap_or_default())
    }

    /// Passes over a map or list and all in it.
    fn nested(&mut self) -> Scanned<()> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.raw_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        self.broken("the end of a map or list")
    }

    /// Whether nothing but blanks is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }
}

fn is_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_passed_over_whole() {
        for text in [r#"{"a":"}\"]","b":[{},"x"]}"#, r#""a\\""#, "12.5e3", "null", "[[[]]]"] {
            let whole = format!(" {text} ,");
            let mut scan = Scan::new(&whole);
            assert_eq!(scan.skip(), Ok(text));
            assert_eq!(scan.peek(), Some(b','));
        }
        for text in ["{", "[1,", "\"abc", "\"abc\\\"", "{\"a\":\"", "", "}"] {
            assert!(Scan::new(text).skip().is_err(), "{text}");
        }
    }
}
