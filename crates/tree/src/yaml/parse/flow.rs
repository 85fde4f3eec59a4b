//! The parser's states inside brackets.

use super::{EventKind, Parse, Parser, State, event, seen};
use crate::span::Span;
use crate::yaml::token::{Fault, Kind};

impl<'a> Parser<'a> {
    pub(super) fn flow_list(&mut self, first: bool) -> Parse<'a> {
        if first {
            self.scanner.peek()?;
            self.begin();
        } else {
            self.comma(Kind::FlowListEnd, ']')?;
        }
        let (kind, start, end) = self.scanner.peek()?;
        match kind {
            Kind::FlowListEnd => Ok(self.close()),
            Kind::Key => {
                self.take();
                self.state = State::FlowPairKey;
                Ok(event(EventKind::MapStart { flow: true }, Span::new(start, end)))
            }
            _ => {
                self.states.push(State::FlowList);
                self.node(false, false)
            }
        }
    }

    /// Takes the comma between two elements, if the collection does not end.
    fn comma(&mut self, close: Kind, bracket: char) -> Result<(), Fault> {
        let (kind, start, _) = self.scanner.peek()?;
        match kind {
            Kind::FlowEntry => _ = self.take(),
            Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd => return Err(self.unclosed()),
            _ if kind == close => {}
            _ => {
                let line = self.line_of(self.marks.last().copied().unwrap_or(start));
                let found = seen(kind);
                let message = format!(
                    "expected ',' or '{bracket}' for the bracket opened on line {line}, found {found}"
                );
                return Err(Fault::new(message, start));
            }
        }
        Ok(())
    }

    pub(super) fn flow_pair_key(&mut self) -> Parse<'a> {
        if matches!(self.peek()?, Kind::Value | Kind::FlowEntry | Kind::FlowListEnd) {
            // libyaml takes the token too, and so does go-yaml.
            self.take();
            self.state = State::FlowPairValue;
            return Ok(self.empty());
        }
        self.states.push(State::FlowPairValue);
        self.node(false, false)
    }

    pub(super) fn flow_pair_value(&mut self) -> Parse<'a> {
        if self.peek()? == Kind::Value {
            self.take();
            if !matches!(self.peek()?, Kind::FlowEntry | Kind::FlowListEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(false, false);
            }
        }
        self.state = State::FlowPairEnd;
        Ok(self.empty())
    }

    pub(super) fn flow_map_key(&mut self, first: bool) -> Parse<'a> {
        if first {
            self.scanner.peek()?;
            self.begin();
        } else {
            self.comma(Kind::FlowMapEnd, '}')?;
        }
        match self.peek()? {
            Kind::FlowMapEnd => Ok(self.close()),
            Kind::Key => {
                self.take();
                if matches!(self.peek()?, Kind::Value | Kind::FlowEntry | Kind::FlowMapEnd) {
                    self.state = State::FlowMapValue;
                    return Ok(self.empty());
                }
                self.states.push(State::FlowMapValue);
                self.node(false, false)
            }
            _ => {
                self.states.push(State::FlowMapNoValue);
                self.node(false, false)
            }
        }
    }

    pub(super) fn flow_map_value(&mut self, none: bool) -> Parse<'a> {
        let kind = self.peek()?;
        self.state = State::FlowMapKey;
        if !none && kind == Kind::Value {
            self.take();
            if !matches!(self.peek()?, Kind::FlowEntry | Kind::FlowMapEnd) {
                self.states.push(State::FlowMapKey);
                return self.node(false, false);
            }
        }
        Ok(self.empty())
    }
}
