//! The parser's states between documents.

use super::{EventKind, Parse, Parser, State, event};
use crate::span::Span;
use crate::yaml::token::{Fault, Kind};

impl<'a> Parser<'a> {
    pub(super) fn document_start(&mut self, first: bool) -> Parse<'a> {
        let mut kind = self.peek()?;
        while !first && kind == Kind::DocumentEnd {
            self.take();
            kind = self.peek()?;
        }
        let (_, start, end) = self.scanner.peek()?;
        self.document = start;
        let explicit = matches!(kind, Kind::Version { .. } | Kind::TagDirective { .. } | Kind::DocumentStart);
        if kind == Kind::StreamEnd {
            self.state = State::End;
            return Ok(event(EventKind::StreamEnd, Span::new(start, end)));
        }
        self.tags.clear();
        self.states.push(State::DocumentEnd);
        if first && !explicit {
            self.state = State::BlockNode;
        } else {
            self.directives()?;
            let (kind, at, _) = self.scanner.peek()?;
            if kind != Kind::DocumentStart {
                self.states.pop();
                self.state = State::DocumentStart;
                return Err(Fault::new("expected the end of the document or a line '---' here", at)
                    .hint("the document's one value ended before this; check the indentation"));
            }
            self.take();
            self.state = State::Content;
        }
        Ok(event(EventKind::DocumentStart, Span::new(start, start)))
    }

    fn directives(&mut self) -> Result<(), Fault> {
        let mut version = false;
        loop {
            let (kind, start, _) = self.scanner.peek()?;
            match kind {
                Kind::Version { .. } if version => {
                    return Err(Fault::new("a document has one %YAML line at most", start));
                }
                Kind::Version { major: 1, minor: 1 } => version = true,
                Kind::Version { major, minor } => {
                    return Err(Fault::new(format!("Kubernetes reads YAML 1.1, not {major}.{minor}"), start)
                        .hint("remove the %YAML line"));
                }
                Kind::TagDirective { at, len } => {
                    let handle = self.scanner.text.get(at..at + len).unwrap_or_default();
                    if self.tags.iter().any(|(known, _)| *known == handle) {
                        return Err(Fault::new(format!("the tag handle {handle} is defined twice"), start));
                    }
                    if let Some(token) = self.take() {
                        self.tags.push((handle, token.text.into()));
                    }
                    continue;
                }
                _ => return Ok(()),
            }
            self.take();
        }
    }

    pub(super) fn content(&mut self) -> Parse<'a> {
        match self.peek()? {
            Kind::Version { .. }
            | Kind::TagDirective { .. }
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                self.pop();
                Ok(self.empty())
            }
            _ => self.node(true, false),
        }
    }

    pub(super) fn document_end(&mut self) -> Parse<'a> {
        if self.peek()? == Kind::DocumentEnd {
            self.take();
        }
        self.state = State::DocumentStart;
        Ok(event(EventKind::DocumentEnd, Span::new(self.last, self.last)))
    }
}
