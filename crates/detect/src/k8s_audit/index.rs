//! An index over the JSON text of an event.
//!
//! One pass over the text notes where every key and value begins and ends; strings stay where they are. The text is
//! held to JSON's grammar, as `ironsides_tree` reads it: the same texts are refused, the same values found.

use std::borrow::Cow;

use ironsides_tree::{Node, Value, print, unescape};
use rustc_hash::FxHashSet;
use thiserror::Error;

use super::json::{Json, Shape};
use super::known::Known;

/// How deep lists and maps may nest.
const DEEPEST: usize = 250;

/// Why a text has no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("column {}: {wanted} is missing", at + 1)]
pub struct JsonError {
    /// The byte it was noticed at.
    pub at: usize,
    /// What was wanted there.
    pub wanted: &'static str,
}

/// An index over one text at a time. It keeps its memory, so that the next text costs no allocation.
#[derive(Debug)]
pub struct Index {
    tokens: Vec<Token>,
    open: Vec<u32>,
    notes: Notes,
}

/// The tokens of the places that are known; 0 where there is nothing.
type Notes = [u32; Known::COUNT];

/// A key or value. In a map keys and values take turns.
#[derive(Clone, Copy, Debug)]
struct Token {
    /// The bytes in the text: of a string what stands between the quotes.
    begin: u32,
    end: u32,
    /// The number of the token behind this one and all in it.
    next: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    /// A whole number, written as it is printed.
    Digits,
    /// Another number.
    Number,
    /// A string without escapes.
    Plain,
    /// A string with escapes.
    Escaped,
    List,
    Map,
}

/// A place in an indexed text.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    tokens: &'a [Token],
    notes: &'a Notes,
    text: &'a str,
    token: u32,
}

impl Default for Index {
    fn default() -> Self {
        Self { tokens: Vec::new(), open: Vec::new(), notes: [0; Known::COUNT] }
    }
}

impl Index {
    /// An index without a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Indexes a text that holds one value, and gives its place. What was indexed before is forgotten.
    pub fn read<'v>(&'v mut self, text: &'v str) -> Result<At<'v>, JsonError> {
        self.tokens.clear();
        self.open.clear();
        self.notes.fill(0);
        if u32::try_from(text.len()).is_err() {
            return Err(JsonError { at: 0, wanted: "a text of less than 4 GiB" });
        }
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at,
            tokens: &mut self.tokens,
            open: &mut self.open,
            notes: &mut self.notes,
            branch: Known::NOTHING,
        };
        reader.document()?;
        Ok(At { tokens: &self.tokens, notes: &self.notes, text, token: 0 })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: &'a mut Vec<Token>,
    /// The tokens of the lists and maps that are not closed.
    open: &'a mut Vec<u32>,
    notes: &'a mut Notes,
    /// The place of the event's key whose value is being read.
    branch: Known,
}

/// An offset or token number. Texts are shorter than 4 GiB, and a token takes a byte at least.
#[expect(clippy::cast_possible_truncation, reason = "the length of the text was looked at")]
fn short(number: usize) -> u32 {
    number as u32
}

impl Reader<'_> {
    fn wanted<T>(&self, wanted: &'static str) -> Result<T, JsonError> {
        Err(JsonError { at: self.at.min(self.bytes.len()), wanted })
    }

    /// The next byte that is no blank, without passing it.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    fn document(&mut self) -> Result<(), JsonError> {
        loop {
            if self.value()? {
                // A map or list that holds something: its first value is next.
                continue;
            }
            loop {
                let Some(&open) = self.open.last() else {
                    return match self.peek() {
                        None => Ok(()),
                        Some(_) => self.wanted("the end of the text"),
                    };
                };
                let is_map = self.tokens.get(open as usize).is_some_and(|token| token.kind == Kind::Map);
                match (self.peek(), is_map) {
                    (Some(b','), true) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                    _ => return self.wanted("a comma, or the end of a list or map"),
                }
            }
        }
    }

    /// Closes the list or map that was opened last, before its bracket.
    fn close(&mut self) {
        self.at += 1;
        let next = short(self.tokens.len());
        if let Some(token) = self.open.pop().and_then(|open| self.tokens.get_mut(open as usize)) {
            token.end = short(self.at);
            token.next = next;
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind, begin: usize, end: usize) {
        let next = short(self.tokens.len() + 1);
        self.tokens.push(Token { begin: short(begin), end: short(end), next, kind });
    }

    /// Passes a value, or the beginning of a list or map that holds something, its first key included: then it is true.
    #[inline]
    fn value(&mut self) -> Result<bool, JsonError> {
        let Some(byte) = self.peek() else { return self.wanted("a value") };
        match byte {
            b'"' => self.string().map(|()| false),
            b'{' | b'[' => {
                if self.open.len() >= DEEPEST {
                    return self.wanted("a nesting of at most 250 levels");
                }
                let (kind, close) = if byte == b'{' { (Kind::Map, b'}') } else { (Kind::List, b']') };
                self.open.push(short(self.tokens.len()));
                self.push(kind, self.at, self.at);
                self.at += 1;
                if self.peek() == Some(close) {
                    self.close();
                    return Ok(false);
                }
                if kind == Kind::Map {
                    self.key()?;
                }
                Ok(true)
            }
            b't' => self.word("true", Kind::True),
            b'f' => self.word("false", Kind::False),
            b'n' => self.word("null", Kind::Null),
            _ => self.number().map(|()| false),
        }
    }

    fn word(&mut self, word: &'static str, kind: Kind) -> Result<bool, JsonError> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return self.wanted("true, false or null");
        }
        self.push(kind, self.at, self.at + word.len());
        self.at += word.len();
        Ok(false)
    }

    #[inline]
    fn key(&mut self) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return self.wanted("a quoted key");
        }
        self.string()?;
        if self.open.len() <= 2 {
            self.note();
        }
        if self.peek() != Some(b':') {
            return self.wanted("a colon behind the key");
        }
        self.at += 1;
        Ok(())
    }

    /// Notes the place of the value that follows, where its key is one of those looked for. Of equal keys the last counts.
    fn note(&mut self) {
        let Some(key) = self.tokens.last() else { return };
        let raw = self.bytes.get(key.begin as usize..key.end as usize).unwrap_or_default();
        let unescaped = match key.kind {
            Kind::Escaped => std::str::from_utf8(raw).ok().and_then(unescape),
            _ => None,
        };
        let raw = unescaped.as_ref().map_or(raw, String::as_bytes);
        let known = if self.open.len() == 1 {
            self.branch = Known::of_event(raw);
            if let Some(below) = self.notes.get_mut(self.branch.below()) {
                below.fill(0);
            }
            self.branch
        } else {
            self.branch.child(raw)
        };
        if known != Known::NOTHING
            && let Some(note) = self.notes.get_mut(known.index())
        {
            *note = short(self.tokens.len());
        }
    }

    /// Passes the string that begins here.
    #[inline]
    fn string(&mut self) -> Result<(), JsonError> {
        let begin = self.at + 1;
        let mut at = begin;
        let mut kind = Kind::Plain;
        loop {
            at = special(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    self.push(kind, begin, at);
                    return Ok(());
                }
                Some(b'\\') => {
                    kind = Kind::Escaped;
                    let digits = self.bytes.get(at + 2..at + 6);
                    at += match self.bytes.get(at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') if digits.is_some_and(|four| four.iter().all(u8::is_ascii_hexdigit)) => 6,
                        _ => {
                            self.at = at;
                            return self.wanted("an escape that JSON knows");
                        }
                    };
                }
                Some(_) => {
                    self.at = at;
                    return self.wanted("an escape for a control character");
                }
                None => {
                    self.at = at;
                    return self.wanted("the end of a string");
                }
            }
        }
    }

    fn digits(&mut self) -> usize {
        let begin = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - begin
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let begin = self.at;
        let negative = self.bytes.get(begin) == Some(&b'-');
        self.at += usize::from(negative);
        let zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = self.digits();
        if whole == 0 {
            return self.wanted("a value");
        }
        if zero && whole > 1 {
            return self.wanted("a number without leading zeros");
        }
        // Any 18 digits fit 64 bits.
        let mut kind = if whole <= 18 && !(negative && zero) { Kind::Digits } else { Kind::Number };
        if self.bytes.get(self.at) == Some(&b'.') {
            kind = Kind::Number;
            self.at += 1;
            if self.digits() == 0 {
                return self.wanted("digits behind the dot");
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            kind = Kind::Number;
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return self.wanted("digits of an exponent");
            }
        }
        if kind == Kind::Number {
            let text = self.bytes.get(begin..self.at).and_then(|bytes| std::str::from_utf8(bytes).ok());
            if text.and_then(number).is_none() {
                return self.wanted("a smaller number");
            }
        }
        self.push(kind, begin, self.at);
        Ok(())
    }
}

/// A number as trees hold it.
fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse() {
        return Some(Value::Int(whole));
    }
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float)
}

/// Where the first quote, backslash or control character stands, from a byte on; the end of the text if there is none.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES * 128;
    // Eight bytes at a time: the lowest high bit that is set is that of the first byte looked for.
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5c);
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let hit = (below(quote, 1) | below(backslash, 1) | below(word, 0x20)) & HIGHS;
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    at + found.unwrap_or(rest.len())
}

impl<'a> At<'a> {
    #[inline]
    fn get(self, at: u32) -> Option<&'a Token> {
        self.tokens.get(at as usize)
    }

    #[inline]
    fn raw(self, token: &Token) -> &'a str {
        self.text.get(token.begin as usize..token.end as usize).unwrap_or_default()
    }

    /// Whether the places in the event that hold maps and lists do so here; what is absent or null is. For the event itself.
    pub fn has_shapes(self) -> bool {
        Known::SHAPES.iter().all(|(place, is_map)| {
            let note = self.notes.get(place.index()).copied().unwrap_or_default();
            // The event itself is the first token.
            note == 0
                || self.get(note).is_none_or(|token| match token.kind {
                    Kind::Null => true,
                    Kind::Map => *is_map,
                    Kind::List => !is_map,
                    _ => false,
                })
        })
    }

    /// What a string holds.
    #[inline]
    fn string(self, token: &Token) -> Cow<'a, str> {
        let raw = self.raw(token);
        match token.kind {
            Kind::Escaped => Cow::Owned(unescape(raw).unwrap_or_default()),
            _ => Cow::Borrowed(raw),
        }
    }

    /// The tokens of the keys of this map; nothing for anything else.
    fn keys_of(self) -> Option<impl Iterator<Item = u32>> {
        let map = self.get(self.token).filter(|token| token.kind == Kind::Map)?;
        let mut at = self.token + 1;
        Some(std::iter::from_fn(move || {
            let key = (at < map.next).then_some(at)?;
            at = self.get(at + 1)?.next;
            Some(key)
        }))
    }

    /// Writes the value as compact JSON.
    fn write(self, out: &mut String) {
        let Some(token) = self.get(self.token) else { return };
        match token.kind {
            Kind::Null | Kind::True | Kind::False | Kind::Digits => out.push_str(self.raw(token)),
            Kind::Number => {
                if let Some(value) = number(self.raw(token)) {
                    print::write_json(&Node::bare(value), out);
                }
            }
            Kind::Plain | Kind::Escaped => print::write_string(&self.string(token), out),
            Kind::List => {
                out.push('[');
                for (number, item) in self.items().into_iter().flatten().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Kind::Map => {
                out.push('{');
                for (number, (key, value)) in self.last_keys().into_iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    print::write_string(&key, out);
                    out.push(':');
                    Self { token: value, ..self }.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The keys of this map with the tokens of their values. Of equal keys the last counts, at its own place.
    fn last_keys(self) -> Vec<(Cow<'a, str>, u32)> {
        let mut all: Vec<(Cow<'a, str>, u32)> = Vec::new();
        for key in self.keys_of().into_iter().flatten() {
            if let Some(token) = self.get(key) {
                all.push((self.string(token), key + 1));
            }
        }
        let few = 16;
        let repeats = if all.len() <= few {
            all.iter()
                .enumerate()
                .any(|(at, (key, _))| all.iter().take(at).any(|(earlier, _)| earlier == key))
        } else {
            let distinct: FxHashSet<&str> = all.iter().map(|(key, _)| &**key).collect();
            distinct.len() < all.len()
        };
        if repeats {
            let mut seen = FxHashSet::default();
            all.reverse();
            all.retain(|(key, _)| seen.insert(key.clone()));
            all.reverse();
        }
        all
    }
}

impl<'a> Json<'a> for At<'a> {
    #[inline]
    fn member(self, key: &str) -> Option<Self> {
        if self.token == 0
            && let Some(place) = self.known(Known::of_event(key.as_bytes()))
        {
            return place;
        }
        let mut found = None;
        for at in self.keys_of()? {
            let token = self.get(at)?;
            let is_it = match token.kind {
                Kind::Plain => {
                    (token.end - token.begin) as usize == key.len()
                        && self.raw(token).as_bytes() == key.as_bytes()
                }
                _ => self.string(token) == key,
            };
            if is_it {
                found = Some(Self { token: at + 1, ..self });
            }
        }
        found
    }

    #[inline]
    fn known(self, place: Known) -> Option<Option<Self>> {
        if self.token != 0 || place == Known::NOTHING {
            return None;
        }
        let token = *self.notes.get(place.index())?;
        Some((token != 0).then_some(Self { token, ..self }))
    }

    fn items(self) -> Option<impl Iterator<Item = Self>> {
        let list = self.get(self.token).filter(|token| token.kind == Kind::List)?;
        let mut at = self.token + 1;
        Some(std::iter::from_fn(move || {
            let item = (at < list.next).then_some(Self { token: at, ..self })?;
            at = self.get(at)?.next;
            Some(item)
        }))
    }

    fn keys(self) -> Option<impl Iterator<Item = Cow<'a, str>>> {
        self.get(self.token).filter(|token| token.kind == Kind::Map)?;
        Some(self.last_keys().into_iter().map(|(key, _)| key))
    }

    #[inline]
    fn shape(self) -> Shape<'a> {
        let Some(token) = self.get(self.token) else { return Shape::Null };
        match token.kind {
            Kind::Null => Shape::Null,
            Kind::True => Shape::Bool(true),
            Kind::False => Shape::Bool(false),
            Kind::Plain | Kind::Escaped => Shape::Text(self.string(token)),
            Kind::Digits | Kind::Number | Kind::List | Kind::Map => Shape::Other,
        }
    }

    #[inline]
    fn is_null(self) -> bool {
        self.get(self.token).is_none_or(|token| token.kind == Kind::Null)
    }

    fn text(self) -> Cow<'a, str> {
        match self.get(self.token) {
            Some(token) if token.kind == Kind::Digits => Cow::Borrowed(self.raw(token)),
            _ => {
                let mut out = String::new();
                self.write(&mut out);
                Cow::Owned(out)
            }
        }
    }
}
