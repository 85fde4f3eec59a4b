//! One token after another, by its first character.

use super::{MaybeKey, Scan, Scanner, tab, too_deep};
use crate::yaml::bytes::{self, BLANK, BREAK, ODD};
use crate::yaml::token::{Fault, Kind, Style, Token};
use std::borrow::Cow;

impl Scanner<'_> {
    pub(super) fn next_token(&mut self) -> Scan<()> {
        self.skip_to_token()?;
        self.close_blocks(self.column());
        let start = self.at;
        let spaced = self.is_space_ahead(1);
        match self.ahead(0) {
            0 if start >= self.bytes.len() => self.stream_end(),
            b'%' if start == self.line => self.directive(),
            b'-' | b'.' if self.at_marker() => self.marker(),
            b'[' => self.flow_start(Kind::FlowListStart),
            b'{' => self.flow_start(Kind::FlowMapStart),
            b']' => self.flow_end(Kind::FlowListEnd),
            b'}' => self.flow_end(Kind::FlowMapEnd),
            b',' => {
                self.no_key()?;
                self.key_allowed = true;
                self.one(Kind::FlowEntry);
                Ok(())
            }
            b'-' if spaced => self.block_entry(),
            b'?' if spaced || self.in_flow() => self.explicit_key(),
            b':' if spaced || self.in_flow() => self.value(),
            b'*' => self.property(Kind::Alias),
            b'&' => self.property(Kind::Anchor),
            b'!' => {
                self.maybe_key()?;
                self.key_allowed = false;
                let token = self.tag()?;
                self.tokens.push_back(token);
                Ok(())
            }
            b'|' if !self.in_flow() => self.block(Style::Literal),
            b'>' if !self.in_flow() => self.block(Style::Folded),
            b'\'' => self.quoted(Style::Single),
            b'"' => self.quoted(Style::Double),
            byte if starts_plain(byte) || byte == b'-' && !bytes::is(self.ahead(1), BLANK) => self.plain(),
            b'?' | b':' if !self.in_flow() => self.plain(),
            byte => {
                if bytes::is(byte, ODD) && !self.odd_ahead()? {
                    self.at = start;
                    return self.plain();
                }
                Err(no_token(byte, start))
            }
        }
    }

    /// A token of one byte.
    fn one(&mut self, kind: Kind) {
        self.at += 1;
        self.push(kind, self.at - 1);
    }

    fn stream_end(&mut self) -> Scan<()> {
        self.line = self.at;
        self.close_blocks(-1);
        self.no_key()?;
        self.key_allowed = false;
        self.push(Kind::StreamEnd, self.at);
        Ok(())
    }

    fn marker(&mut self) -> Scan<()> {
        self.close_blocks(-1);
        self.no_key()?;
        self.key_allowed = false;
        let start = self.at;
        let kind = if self.ahead(0) == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
        self.at += 3;
        if kind == Kind::DocumentStart {
            // kubectl cuts the text at these lines, so that a mark after one stands at the front again.
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            self.bom = self.at + memchr::memchr(b'\n', rest).map_or(rest.len(), |found| found + 1);
        }
        self.push(kind, start);
        Ok(())
    }

    fn directive(&mut self) -> Scan<()> {
        self.close_blocks(-1);
        self.no_key()?;
        self.key_allowed = false;
        let token = self.directive_line()?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn flow_start(&mut self, kind: Kind) -> Scan<()> {
        self.maybe_key()?;
        if self.keys.len() > self.depth {
            return Err(too_deep(self.at));
        }
        let (token, start) = (self.taken + self.tokens.len(), self.at);
        self.keys.push(MaybeKey { token, start, ..MaybeKey::default() });
        self.key_allowed = true;
        self.one(kind);
        Ok(())
    }

    fn flow_end(&mut self, kind: Kind) -> Scan<()> {
        self.no_key()?;
        if self.in_flow()
            && let Some(MaybeKey { token, .. }) = self.keys.pop()
            && self.key().token == token
        {
            self.key().awaited = false;
        }
        self.key_allowed = false;
        self.one(kind);
        Ok(())
    }

    fn block_entry(&mut self) -> Scan<()> {
        if !self.in_flow() {
            if !self.key_allowed {
                let message = "a list item ('- ') stands where a list cannot begin";
                return Err(Fault::new(message, self.at).hint("begin the list on a line of its own"));
            }
            self.open_block(self.column(), None, Kind::BlockListStart, self.at)?;
        }
        self.no_key()?;
        self.key_allowed = true;
        self.one(Kind::BlockEntry);
        Ok(())
    }

    fn explicit_key(&mut self) -> Scan<()> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(Fault::new("a key ('? ') stands where a map cannot begin", self.at));
            }
            self.open_block(self.column(), None, Kind::BlockMapStart, self.at)?;
        }
        self.no_key()?;
        self.key_allowed = !self.in_flow();
        self.one(Kind::Key);
        Ok(())
    }

    fn value(&mut self) -> Scan<()> {
        if self.key_holds(self.keys.len().saturating_sub(1))? {
            let MaybeKey { token, start, .. } = *self.key();
            let place = self.place(token);
            self.tokens.insert(place, Token { kind: Kind::Key, start, end: start, text: Cow::Borrowed("") });
            let column = i64::try_from(start - self.line).unwrap_or(i64::MAX);
            self.open_block(column, Some(token), Kind::BlockMapStart, start)?;
            self.key().possible = false;
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    let message = "a ':' stands where no key can be";
                    let hint = "quote the text if the colon belongs to it, or check the indentation";
                    return Err(Fault::new(message, self.at).hint(hint));
                }
                self.open_block(self.column(), None, Kind::BlockMapStart, self.at)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.one(Kind::Value);
        Ok(())
    }

    fn property(&mut self, kind: Kind) -> Scan<()> {
        self.maybe_key()?;
        self.key_allowed = false;
        let token = self.name(kind)?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn block(&mut self, style: Style) -> Scan<()> {
        self.no_key()?;
        self.key_allowed = true;
        let token = self.block_scalar(style)?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn quoted(&mut self, style: Style) -> Scan<()> {
        self.maybe_key()?;
        self.key_allowed = false;
        let token = self.quoted_scalar(style)?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn plain(&mut self) -> Scan<()> {
        self.maybe_key()?;
        self.key_allowed = false;
        let token = self.plain_scalar()?;
        self.tokens.push_back(token);
        Ok(())
    }
}

/// Whether a byte begins a plain scalar wherever it stands.
fn starts_plain(byte: u8) -> bool {
    !bytes::is(byte, BLANK | BREAK | ODD)
        && !matches!(
            byte,
            b'-' | b'?'
                | b':'
                | b','
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'#'
                | b'&'
                | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'\''
                | b'"'
                | b'%'
                | b'@'
                | b'`'
        )
}

fn no_token(byte: u8, at: usize) -> Fault {
    match byte {
        b'\t' => tab(at),
        _ => Fault::new(format!("a value cannot begin with '{}'", char::from(byte)), at)
            .hint("put it in quotes"),
    }
}
