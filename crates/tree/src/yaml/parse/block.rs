//! The parser's states outside brackets.

use super::{EventKind, Parse, Parser, State, event, seen};
use crate::span::Span;
use crate::yaml::token::{Fault, Kind};

impl<'a> Parser<'a> {
    pub(super) fn block_list(&mut self, first: bool) -> Parse<'a> {
        if first {
            self.scanner.peek()?;
            self.begin();
        }
        let (kind, start, _) = self.scanner.peek()?;
        match kind {
            Kind::BlockEntry => {
                self.take();
                if matches!(self.peek()?, Kind::BlockEntry | Kind::BlockEnd) {
                    self.state = State::BlockList;
                    return Ok(self.empty());
                }
                self.states.push(State::BlockList);
                self.node(true, false)
            }
            Kind::BlockEnd => Ok(self.close()),
            _ => Err(self.stray(kind, start, "list", "- ")),
        }
    }

    pub(super) fn indentless_list(&mut self) -> Parse<'a> {
        if self.peek()? == Kind::BlockEntry {
            self.take();
            if matches!(self.peek()?, Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd) {
                self.state = State::IndentlessList;
                return Ok(self.empty());
            }
            self.states.push(State::IndentlessList);
            return self.node(true, false);
        }
        self.pop();
        Ok(event(EventKind::End, Span::new(self.last, self.last)))
    }

    pub(super) fn block_map_key(&mut self, first: bool) -> Parse<'a> {
        if first {
            self.scanner.peek()?;
            self.begin();
        }
        let (kind, start, _) = self.scanner.peek()?;
        match kind {
            Kind::Key => {
                self.take();
                if matches!(self.peek()?, Kind::Key | Kind::Value | Kind::BlockEnd) {
                    self.state = State::BlockMapValue;
                    return Ok(self.empty());
                }
                self.states.push(State::BlockMapValue);
                self.node(true, true)
            }
            Kind::BlockEnd => Ok(self.close()),
            _ => Err(self.stray(kind, start, "map", "key: ")),
        }
    }

    pub(super) fn block_map_value(&mut self) -> Parse<'a> {
        self.state = State::BlockMapKey;
        if self.peek()? != Kind::Value {
            return Ok(self.empty());
        }
        self.take();
        if matches!(self.peek()?, Kind::Key | Kind::Value | Kind::BlockEnd) {
            return Ok(self.empty());
        }
        self.states.push(State::BlockMapKey);
        self.node(true, true)
    }

    /// Something that does not go on with the block list or map it stands in.
    fn stray(&mut self, kind: Kind, at: usize, what: &str, expected: &str) -> Fault {
        let line = self.line_of(self.marks.last().copied().unwrap_or(at));
        let message = format!(
            "expected '{expected}' as in the {what} that begins on line {line}, found {}",
            seen(kind)
        );
        let between = self.scanner.bytes.get(self.last..at).unwrap_or_default();
        Fault::new(message, at).hint(if between.contains(&b'\n') {
            "check the indentation"
        } else {
            "the value before this has ended; put all of it in quotes (and write '' for a quote in single quotes)"
        })
    }
}
