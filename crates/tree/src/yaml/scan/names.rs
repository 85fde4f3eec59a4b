//! Directives, tags, anchors and aliases.

use std::borrow::Cow;

use super::{Scan, Scanner};
use crate::yaml::bytes::{self, BLANK, WORD};
use crate::yaml::token::{Fault, Kind, Token};

impl<'a> Scanner<'a> {
    /// A line that begins with `%`.
    pub(super) fn directive_line(&mut self) -> Scan<Token<'a>> {
        let start = self.at;
        self.at += 1;
        let name = self.word();
        if !self.is_space_ahead(0) || name.is_empty() {
            return Err(Fault::new(
                "a line that begins with '%' is a directive, and this one has no name",
                start,
            )
            .hint("put the text in quotes if it is no directive"));
        }
        let mut text = Cow::Borrowed("");
        let kind = match name {
            "YAML" => self.version(start)?,
            "TAG" => {
                self.blanks();
                let at = self.at;
                let len = self.tag_handle();
                if len < 1 || len > 1 && !self.piece(at, at + len).ends_with('!') {
                    return Err(Fault::new("a %TAG line wants a handle such as '!e!'", at));
                }
                if !bytes::is(self.ahead(0), BLANK) {
                    return Err(Fault::new(
                        "a %TAG line wants a handle and, after a space, a prefix",
                        self.at,
                    ));
                }
                self.blanks();
                text = self.tag_uri(None)?;
                Kind::TagDirective { at, len }
            }
            _ => return Err(Fault::new(format!("%{name} is no directive that YAML 1.1 knows"), start)),
        };
        let end = self.at;
        if !self.is_space_ahead(0) {
            return Err(Fault::new("expected a space or the end of the line after the directive", self.at));
        }
        self.blanks();
        self.comment()?;
        if self.break_ahead(0) > 0 {
            self.skip_break();
        } else if self.at < self.bytes.len() {
            return Err(Fault::new("expected a comment or the end of the line after the directive", self.at));
        }
        Ok(Token { kind, start, end, text })
    }

    fn version(&mut self, start: usize) -> Scan<Kind> {
        self.blanks();
        let major = self.version_number();
        let dot = self.ahead(0) == b'.';
        self.at += usize::from(dot);
        match (major, self.version_number()) {
            (Some(major), Some(minor)) if dot => Ok(Kind::Version { major, minor }),
            _ => Err(Fault::new("a %YAML line wants a version such as 1.1", start)),
        }
    }

    /// One or two digits.
    fn version_number(&mut self) -> Option<u8> {
        let from = self.at;
        while self.ahead(0).is_ascii_digit() {
            self.at += 1;
        }
        self.piece(from, self.at).parse().ok().filter(|_| self.at - from <= 2)
    }

    fn blanks(&mut self) {
        while bytes::is(self.ahead(0), BLANK) {
            self.at += 1;
        }
    }

    /// Letters, digits, `-` and `_`.
    fn word(&mut self) -> &'a str {
        let from = self.at;
        while bytes::is(self.ahead(0), WORD) {
            self.at += 1;
        }
        self.piece(from, self.at)
    }

    /// An anchor or an alias.
    pub(super) fn name(&mut self, kind: Kind) -> Scan<Token<'a>> {
        let start = self.at;
        self.at += 1;
        let name = self.word();
        let ends = matches!(self.ahead(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends && !self.is_space_ahead(0) {
            let (sign, what) = if kind == Kind::Alias { ('*', "alias") } else { ('&', "anchor") };
            let message =
                format!("'{sign}' begins an {what}, whose name is made of letters, digits, '-' and '_'");
            return Err(Fault::new(message, start).hint("put the text in quotes if it is a string"));
        }
        Ok(Token { kind, start, end: self.at, text: Cow::Borrowed(name) })
    }

    pub(super) fn tag(&mut self) -> Scan<Token<'a>> {
        let start = self.at;
        let (handle, text) = if self.ahead(1) == b'<' {
            self.at += 2;
            let uri = self.tag_uri(None)?;
            if self.ahead(0) != b'>' {
                return Err(Fault::new("a tag that begins with '!<' ends with '>'", self.at));
            }
            self.at += 1;
            (0, uri)
        } else {
            match self.tag_handle() {
                // `!word`, which has no handle of its own: the word belongs to the suffix.
                len if len == 1 || self.bytes.get(self.at - 1) != Some(&b'!') => {
                    let head = self.piece(start + 1, start + len);
                    let suffix = self.tag_uri(Some(head))?;
                    if suffix.is_empty() { (0, Cow::Borrowed("!")) } else { (1, suffix) }
                }
                len => (len, self.tag_uri(None)?),
            }
        };
        if !self.is_space_ahead(0) {
            return Err(Fault::new("expected a space after the tag", self.at)
                .hint("put the text in quotes if it is a string that begins with '!'"));
        }
        Ok(Token { kind: Kind::Tag { handle }, start, end: self.at, text })
    }

    /// Reads `!`, `!word` or `!word!` and tells its length; 0 where no `!` stands.
    fn tag_handle(&mut self) -> usize {
        let from = self.at;
        if self.ahead(0) == b'!' {
            self.at += 1;
            self.word();
            self.at += usize::from(self.ahead(0) == b'!');
        }
        self.at - from
    }

    /// The rest of a tag. `head` is what of it was read already; without one, it must not be empty.
    fn tag_uri(&mut self, head: Option<&'a str>) -> Scan<Cow<'a, str>> {
        let from = self.at - head.map_or(0, str::len);
        let mut escaped: Option<Vec<u8>> = None;
        let mut copied = from;
        loop {
            let byte = self.ahead(0);
            if byte == b'%' {
                let digits = self
                    .text
                    .get(self.at + 1..self.at + 3)
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let octet = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                let octet =
                    octet.ok_or_else(|| Fault::new("'%' in a tag wants two hexadecimal digits", self.at))?;
                let escaped = escaped.get_or_insert_default();
                escaped.extend_from_slice(self.piece(copied, self.at).as_bytes());
                escaped.push(octet);
                self.at += 3;
                copied = self.at;
            } else if bytes::is(byte, WORD) || b";/?:@&=+$,.!~*'()[]".contains(&byte) {
                self.at += 1;
            } else {
                break;
            }
        }
        if head.is_none() && self.at == from {
            return Err(Fault::new("a tag's name is missing here", self.at));
        }
        let tail = self.piece(copied, self.at);
        let Some(mut escaped) = escaped else { return Ok(Cow::Borrowed(tail)) };
        escaped.extend_from_slice(tail.as_bytes());
        let text = String::from_utf8(escaped)
            .map_err(|_| Fault::new("the escapes in this tag are no UTF-8", from))?;
        Ok(Cow::Owned(text))
    }
}
