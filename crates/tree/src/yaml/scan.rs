//! Text to tokens, with the outcome that go-yaml v2 has.
//!
//! kubectl and the API server read YAML with go-yaml v2, and what they read is what runs. Every rule here,
//! also the surprising ones, is therefore that scanner's: U+0085 ends a comment, `{a:}` holds the key `a:`,
//! `[?a]` holds a map, a key has at most 1,024 characters.

mod fetch;
mod names;
mod scalars;

use std::borrow::Cow;
use std::collections::VecDeque;

use super::bytes::{self, BLANK, BREAK, ODD, Odd};
use super::token::{Fault, Kind, Token};
use crate::span::Span;

/// The scanner: a place in the text and the tokens that were found but not yet taken.
pub(crate) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    at: usize,
    /// Where the current line begins.
    line: usize,
    tokens: VecDeque<Token<'a>>,
    /// How many tokens were taken.
    taken: usize,
    /// Whether the first of `tokens` is settled, so that no token can still be put before it.
    settled: bool,
    /// The column of the innermost block list or map, -1 outside all.
    indent: i64,
    indents: Vec<i64>,
    /// Where a key may have begun: one place for each bracket that is open and one outside all.
    keys: Vec<MaybeKey>,
    key_allowed: bool,
    /// How deep brackets and blocks may nest.
    depth: usize,
    ended: bool,
    /// The places of comments, where they are asked for.
    pub(super) comments: Option<Vec<Span>>,
    /// The one place inside the text where a byte order mark is read over.
    bom: usize,
}

/// A scalar, alias or collection that becomes a key when a colon follows.
#[derive(Clone, Copy, Default)]
struct MaybeKey {
    possible: bool,
    /// Whether nothing but a key can stand here.
    required: bool,
    token: usize,
    start: usize,
    /// Whether the scanner looks out for the colon before it hands out the token. go-yaml forgets to, once
    /// brackets close: `[a]: 1` is a list to it, and then a mistake.
    awaited: bool,
}

type Scan<T> = Result<T, Fault>;

impl<'a> Scanner<'a> {
    /// A scanner that begins at byte `at`.
    pub(crate) fn new(text: &'a str, at: usize, depth: usize) -> Self {
        let mut scanner = Self {
            text,
            bytes: text.as_bytes(),
            at,
            line: at,
            tokens: VecDeque::new(),
            taken: 0,
            settled: false,
            indent: -1,
            indents: Vec::new(),
            keys: vec![MaybeKey::default()],
            key_allowed: true,
            depth,
            ended: false,
            comments: None,
            bom: at,
        };
        scanner.skip_bom();
        scanner
    }

    /// Forgets everything and goes on at byte `at`, the beginning of a line.
    pub(crate) fn restart(&mut self, at: usize) {
        let comments = self.comments.take();
        *self = Self::new(self.text, at, self.depth);
        self.comments = comments;
    }

    /// The next token's kind and place.
    pub(crate) fn peek(&mut self) -> Scan<(Kind, usize, usize)> {
        if !self.settled {
            self.settle()?;
        }
        Ok(self
            .tokens
            .front()
            .map_or((Kind::StreamEnd, self.at, self.at), |token| (token.kind, token.start, token.end)))
    }

    /// Takes the token that [`Scanner::peek`] showed.
    pub(crate) fn take(&mut self) -> Option<Token<'a>> {
        self.settled = false;
        self.taken += 1;
        let token = self.tokens.pop_front();
        if matches!(token, Some(Token { kind: Kind::StreamEnd, .. })) {
            self.ended = true;
        }
        token
    }

    /// Scans until no token can be put before the first one any more.
    fn settle(&mut self) -> Scan<()> {
        if self.ended {
            return Ok(());
        }
        while self.tokens.is_empty() || self.is_maybe_key(self.taken)? {
            self.next_token()?;
        }
        self.settled = true;
        Ok(())
    }

    /// Whether a token may still turn out to begin a key.
    fn is_maybe_key(&mut self, token: usize) -> Scan<bool> {
        // The places stand in the order of their tokens.
        let from = self.keys.partition_point(|key| key.token < token);
        let mut same = self.keys.iter().skip(from).take_while(|key| key.token == token);
        match same.position(|key| key.possible && key.awaited) {
            Some(at) => self.key_holds(from + at),
            None => Ok(false),
        }
    }

    /// Whether what began at this place can still be a key: on the same line and not too long.
    fn key_holds(&mut self, at: usize) -> Scan<bool> {
        let Some(key) = self.keys.get(at).copied().filter(|key| key.possible) else { return Ok(false) };
        if key.start >= self.line && !self.is_longer_than_a_key(key.start) {
            return Ok(true);
        }
        if key.required {
            return Err(no_colon(key.start));
        }
        if let Some(key) = self.keys.get_mut(at) {
            key.possible = false;
        }
        Ok(false)
    }

    /// Whether more than 1,024 characters lie between `start` and here.
    fn is_longer_than_a_key(&self, start: usize) -> bool {
        let len = self.at - start;
        len > 1024 && (len > 4096 || self.piece(start, self.at).chars().count() > 1024)
    }

    /// The innermost place where a key may have begun.
    fn key(&mut self) -> &mut MaybeKey {
        if self.keys.is_empty() {
            self.keys.push(MaybeKey::default());
        }
        let last = self.keys.len() - 1;
        &mut self.keys[last]
    }

    /// Remembers that a key may begin here.
    fn maybe_key(&mut self) -> Scan<()> {
        if self.key_allowed {
            self.no_key()?;
            let required = self.keys.len() == 1 && self.indent == self.column();
            let (token, start) = (self.taken + self.tokens.len(), self.at);
            *self.key() = MaybeKey { possible: true, required, token, start, awaited: true };
        }
        Ok(())
    }

    /// Gives up the key that may have begun, since it can be none any more.
    fn no_key(&mut self) -> Scan<()> {
        let key = self.key();
        if key.possible && key.required {
            return Err(no_colon(key.start));
        }
        key.possible = false;
        Ok(())
    }

    pub(super) fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn column(&self) -> i64 {
        i64::try_from(self.at - self.line).unwrap_or(i64::MAX)
    }

    /// A piece of the text; nothing where it does not lie on characters.
    fn piece(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The byte so many places ahead, 0 past the end.
    fn ahead(&self, by: usize) -> u8 {
        self.bytes.get(self.at + by).copied().unwrap_or(0)
    }

    /// The bytes of the line break so many places ahead, none where there is none.
    fn break_ahead(&self, by: usize) -> usize {
        let byte = self.ahead(by);
        if bytes::is(byte, BREAK) {
            return 1;
        }
        if !bytes::is(byte, ODD) {
            return 0;
        }
        match bytes::odd(self.bytes.get(self.at + by..).unwrap_or_default()) {
            Odd::Break(len) => len,
            _ => 0,
        }
    }

    /// Whether a blank, a line break or the end stands so many places ahead.
    fn is_space_ahead(&self, by: usize) -> bool {
        bytes::is(self.ahead(by), BLANK) || self.break_ahead(by) > 0 || self.at + by >= self.bytes.len()
    }

    /// Whether a line `---` or `...` begins here.
    fn at_marker(&self) -> bool {
        self.at == self.line
            && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"..."))
            && self.is_space_ahead(3)
    }

    /// Skips the line break here and begins a new line.
    fn skip_break(&mut self) {
        self.at += if self.ahead(0) == b'\r' && self.ahead(1) == b'\n' { 2 } else { self.break_ahead(0) };
        self.line = self.at;
    }

    /// Reads the line break here: all are line feeds, but U+2028 and U+2029 stay themselves.
    fn read_break(&mut self, into: &mut String) {
        let start = self.at;
        self.skip_break();
        if self.at - start == 3 { into.push_str(self.piece(start, self.at)) } else { into.push('\n') }
    }

    /// Goes on until a byte of one of these classes that means something. Forbidden characters are refused.
    fn run(&mut self, stop: u8) -> Scan<()> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = rest.iter().position(|&byte| bytes::is(byte, stop | ODD)) else {
                self.at = self.bytes.len();
                return Ok(());
            };
            self.at += found;
            if !bytes::is(self.ahead(0), ODD) || self.odd_ahead()? {
                return Ok(());
            }
        }
    }

    /// Looks at the odd character here: whether it breaks the line. Steps over an ordinary one.
    fn odd_ahead(&mut self) -> Scan<bool> {
        match bytes::odd(self.bytes.get(self.at..).unwrap_or_default()) {
            Odd::Break(_) => return Ok(true),
            Odd::Forbidden => return Err(self.forbidden()),
            Odd::Bom => {
                let message = "a byte order mark (U+FEFF) stands inside the document, where Kubernetes may drop characters after it";
                return Err(Fault::new(message, self.at).hint("remove the mark, or write it as \"\\uFEFF\""));
            }
            Odd::No => self.at += 1,
        }
        Ok(false)
    }

    fn forbidden(&self) -> Fault {
        let code = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, u32::from);
        Fault::new(format!("the control character U+{code:04X} is not allowed in YAML"), self.at)
            .hint("remove it, or write it as an escape in double quotes")
    }

    fn skip_bom(&mut self) {
        if self.at == self.bom
            && self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\xEF\xBB\xBF"))
        {
            self.at += 3;
            self.line = self.at;
        }
    }

    /// Skips blanks, comments and line breaks.
    fn skip_to_token(&mut self) -> Scan<()> {
        loop {
            self.skip_bom();
            while self.ahead(0) == b' ' || self.ahead(0) == b'\t' && (self.in_flow() || !self.key_allowed) {
                self.at += 1;
            }
            self.comment()?;
            if self.break_ahead(0) == 0 {
                return Ok(());
            }
            self.skip_break();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    /// Skips a comment, if one begins here.
    fn comment(&mut self) -> Scan<()> {
        if self.ahead(0) == b'#' {
            let start = self.at;
            self.run(BREAK)?;
            if let Some(comments) = &mut self.comments {
                comments.push(Span::new(start, self.at));
            }
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.push_text(kind, start, Cow::Borrowed(""));
    }

    fn push_text(&mut self, kind: Kind, start: usize, text: Cow<'a, str>) {
        self.tokens.push_back(Token { kind, start, end: self.at, text });
    }

    /// Opens a block list or map, unless one is open at this column. Its token goes before token number `before`.
    fn open_block(&mut self, column: i64, before: Option<usize>, kind: Kind, at: usize) -> Scan<()> {
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        if self.indents.len() > self.depth {
            return Err(too_deep(at));
        }
        self.indents.push(self.indent);
        self.indent = column;
        let place = before.map_or(self.tokens.len(), |number| self.place(number));
        self.tokens.insert(place, Token { kind, start: at, end: at, text: Cow::Borrowed("") });
        Ok(())
    }

    /// Where among the tokens the one with this number is; the end if it was taken.
    fn place(&self, number: usize) -> usize {
        number.checked_sub(self.taken).map_or(self.tokens.len(), |place| place.min(self.tokens.len()))
    }

    /// Closes the block lists and maps that stand deeper than `column`.
    fn close_blocks(&mut self, column: i64) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push(Kind::BlockEnd, self.at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}

fn no_colon(at: usize) -> Fault {
    Fault::new("expected 'key: value' here, and no ':' with a space after it follows on this line", at)
}

fn too_deep(at: usize) -> Fault {
    Fault::new("lists and maps are nested too deeply", at)
}

fn tab(at: usize) -> Fault {
    Fault::new("a tab stands where only spaces may indent", at).hint("indent with spaces")
}
