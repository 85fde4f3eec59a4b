//! The tokens of a template.

use ironsides_tree::Span;

use super::Flaw;

/// A token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether space stands before it, inside an action.
    pub(crate) spaced: bool,
}

impl Token {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text outside of actions, trimmed.
    Text,
    /// `{{`, with its trim marker.
    Open,
    /// `}}`, with its trim marker.
    Close,
    Assign,
    Declare,
    Pipe,
    Comma,
    LeftParen,
    RightParen,
    Dot,
    /// `.name`
    Field,
    /// `$` or `$name`
    Variable,
    Name,
    Number,
    Char,
    Str,
    RawStr,
    /// Any other printable character.
    Other,
    End,
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_numeric()
}

/// The tokens of a text; the last is [`Kind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Flaw> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), spaced: false };
    lexer.run()?;
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    spaced: bool,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token { kind, start, end: self.at, spaced: std::mem::take(&mut self.spaced) });
    }

    fn run(&mut self) -> Result<(), Flaw> {
        let mut start = 0;
        while let Some(open) = memchr::memmem::find(self.rest().as_bytes(), b"{{").map(|at| self.at + at) {
            let inside = open + 2;
            let trims = self.byte(inside) == b'-' && is_space(self.byte(inside + 1));
            let before = self.text.get(start..open).unwrap_or_default();
            let kept = if trims { before.trim_end_matches(SPACE).len() } else { before.len() };
            if kept > 0 {
                self.at = start + kept;
                self.push(Kind::Text, start);
            }
            self.at = if trims { inside + 2 } else { inside };
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with("/*")) {
                self.comment(open)?;
            } else {
                self.push(Kind::Open, open);
                self.action(open)?;
            }
            start = self.at;
        }
        self.at = self.text.len();
        if start < self.at {
            self.push(Kind::Text, start);
        }
        self.push(Kind::End, self.at);
        Ok(())
    }

    /// Steps over a right delimiter, and what its trim marker takes away; whether one was there.
    fn close(&mut self) -> bool {
        let trims = is_space(self.byte(self.at)) && self.byte(self.at + 1) == b'-';
        let length = match self.rest().as_bytes() {
            [_, _, b'}', b'}', ..] if trims => 4,
            [b'}', b'}', ..] => 2,
            _ => return false,
        };
        self.at += length;
        if length == 4 {
            self.at += self.rest().len() - self.rest().trim_start_matches(SPACE).len();
        }
        true
    }

    fn comment(&mut self, open: usize) -> Result<(), Flaw> {
        let Some(end) = memchr::memmem::find(self.rest().get(2..).unwrap_or_default().as_bytes(), b"*/")
        else {
            return Err(Flaw::new(open, "a comment is not closed with */}}"));
        };
        self.at += 2 + end + 2;
        if self.close() {
            Ok(())
        } else {
            Err(Flaw::new(
                self.at,
                "a comment ends before the action does: nothing may stand between */ and }}",
            ))
        }
    }

    fn action(&mut self, open: usize) -> Result<(), Flaw> {
        let mut parens = 0_usize;
        loop {
            let start = self.at;
            // A trim marker's space belongs to the delimiter.
            let space = self.rest().len() - self.rest().trim_start_matches(SPACE).len();
            if space > 0 && self.rest().get(space..).is_some_and(|rest| rest.starts_with("-}}")) {
                self.at += space - 1;
            } else if space > 0 {
                self.at += space;
                self.spaced = true;
                continue;
            }
            let here = self.at;
            let spaced = self.spaced || here > start;
            if self.close() {
                let end = self.at;
                if parens > 0 {
                    return Err(Flaw::new(here, "a parenthesis is not closed"));
                }
                let length = if self.byte(here) == b'}' { 2 } else { 4 };
                self.tokens.push(Token { kind: Kind::Close, start: here, end: here + length, spaced });
                self.spaced = false;
                self.at = end;
                return Ok(());
            }
            let Some(c) = self.peek() else { return Err(Flaw::new(open, "an action is not closed with }}")) };
            self.at += c.len_utf8();
            let kind = match c {
                '=' => Kind::Assign,
                ':' => {
                    if self.byte(self.at) != b'=' {
                        return Err(Flaw::new(here, "expected := here"));
                    }
                    self.at += 1;
                    Kind::Declare
                }
                '|' => Kind::Pipe,
                ',' => Kind::Comma,
                '"' => self.quoted(here, b'"', "a string is not closed with \"")?,
                '\'' => self.quoted(here, b'\'', "a character constant is not closed with '")?,
                '`' => {
                    let Some(end) = memchr::memchr(b'`', self.rest().as_bytes()) else {
                        return Err(Flaw::new(here, "a raw string is not closed with `"));
                    };
                    self.at += end + 1;
                    Kind::RawStr
                }
                '$' => {
                    self.word(here)?;
                    Kind::Variable
                }
                '.' if !self.byte(self.at).is_ascii_digit() => {
                    self.word(here)?;
                    if self.at == here + 1 { Kind::Dot } else { Kind::Field }
                }
                '.' | '+' | '-' | '0'..='9' => {
                    self.at = here;
                    self.number()?
                }
                '(' => {
                    parens += 1;
                    Kind::LeftParen
                }
                ')' => {
                    parens = parens
                        .checked_sub(1)
                        .ok_or_else(|| Flaw::new(here, "a parenthesis is not opened"))?;
                    Kind::RightParen
                }
                c if is_word(c) => {
                    self.word(here)?;
                    Kind::Name
                }
                c if c.is_ascii_graphic() => Kind::Other,
                c => return Err(Flaw::new(here, format!("{c:?} means nothing inside an action"))),
            };
            self.push(kind, here);
        }
    }

    fn quoted(&mut self, start: usize, quote: u8, message: &str) -> Result<Kind, Flaw> {
        loop {
            match self.byte(self.at) {
                b'\\' if self.at + 1 < self.text.len() && self.byte(self.at + 1) != b'\n' => self.at += 2,
                b'\n' | b'\\' => return Err(Flaw::new(start, message)),
                byte if byte == quote && self.at < self.text.len() => {
                    self.at += 1;
                    return Ok(if quote == b'"' { Kind::Str } else { Kind::Char });
                }
                _ if self.at >= self.text.len() => return Err(Flaw::new(start, message)),
                _ => self.at += 1,
            }
        }
    }

    /// The letters and digits from here on; what follows must be something that ends a word.
    fn word(&mut self, start: usize) -> Result<(), Flaw> {
        let rest = self.rest();
        self.at += rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let ends = match self.peek() {
            None => true,
            Some(c) => SPACE.contains(&c) || ".,|:)(".contains(c) || self.rest().starts_with("}}"),
        };
        if ends {
            return Ok(());
        }
        let c = self.peek().unwrap_or_default();
        let word = self.text.get(start..self.at).unwrap_or_default();
        Err(Flaw::new(self.at, format!("{c:?} cannot follow {word}")))
    }

    fn digits(&mut self, allowed: &[u8]) {
        while self.at < self.text.len() && allowed.contains(&self.byte(self.at).to_ascii_lowercase()) {
            self.at += 1;
        }
    }

    fn accept(&mut self, bytes: &[u8]) -> bool {
        let there = self.at < self.text.len() && bytes.contains(&self.byte(self.at));
        self.at += usize::from(there);
        there
    }

    fn number(&mut self) -> Result<Kind, Flaw> {
        let start = self.at;
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdef_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.digits(digits);
        if self.accept(b".") {
            self.digits(digits);
        }
        if (digits.len() == 11 && self.accept(b"eE")) || (digits.len() == 17 && self.accept(b"pP")) {
            self.accept(b"+-");
            self.digits(b"0123456789_");
        }
        if self.peek().is_some_and(is_word) || matches!(self.byte(self.at), b'+' | b'-') {
            let shown = self.text.get(start..=self.at).unwrap_or_default();
            return Err(Flaw::new(start, format!("{shown:?} is no number")));
        }
        Ok(Kind::Number)
    }
}
