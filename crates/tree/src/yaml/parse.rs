//! Tokens to events, with the outcome that go-yaml v2 has.

mod block;
mod document;
mod flow;

use std::borrow::Cow;

use super::scan::Scanner;
use super::token::{Fault, Kind, Style, Token};
use crate::span::Span;

/// A step of a document.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) kind: EventKind<'a>,
    /// The place of the value itself, without anchor and tag. Of a block list or map only the start counts.
    pub(crate) span: Span,
    /// Where the anchor or tag in front of the value begins; the value's start where there is none.
    pub(crate) start: usize,
    /// The end of the last token before it: of the dash or colon that announces it, mostly.
    pub(crate) after: usize,
    pub(crate) anchor: Option<&'a str>,
    /// The tag with its handle resolved: `!`, `!local` or `tag:yaml.org,2002:str`.
    pub(crate) tag: Option<Box<str>>,
}

#[derive(Debug)]
pub(crate) enum EventKind<'a> {
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    Alias(&'a str),
    Scalar(Cow<'a, str>, Style),
    ListStart {
        flow: bool,
    },
    MapStart {
        flow: bool,
    },
    /// The end of a list or map.
    End,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Before the first document.
    First,
    DocumentStart,
    Content,
    DocumentEnd,
    BlockNode,
    BlockListFirst,
    BlockList,
    IndentlessList,
    BlockMapFirst,
    BlockMapKey,
    BlockMapValue,
    FlowListFirst,
    FlowList,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMapFirst,
    FlowMapKey,
    FlowMapValue,
    FlowMapNoValue,
    End,
}

/// The parser: a scanner and what is open.
pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the open lists and maps began.
    marks: Vec<usize>,
    /// The handles that `%TAG` lines define, and their prefixes.
    tags: Vec<(&'a str, Box<str>)>,
    /// The end of the last token that has text.
    last: usize,
    /// Where the document began.
    document: usize,
}

type Parse<'a> = Result<Event<'a>, Fault>;

/// What `!!` stands for.
pub(crate) const CORE: &str = "tag:yaml.org,2002:";

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, at: usize, depth: usize) -> Self {
        Self {
            scanner: Scanner::new(text, at, depth),
            state: State::First,
            states: Vec::new(),
            marks: Vec::new(),
            tags: Vec::new(),
            last: at,
            document: at,
        }
    }

    /// The comments read so far; none before the first call of [`Parser::keep_comments`].
    pub(crate) fn comments(&self) -> &[Span] {
        self.scanner.comments.as_deref().unwrap_or_default()
    }

    /// Remembers the places of comments from here on.
    pub(crate) fn keep_comments(&mut self) {
        self.scanner.comments.get_or_insert_default();
    }

    /// Gives up on the document and goes on at the next line `---`, where kubectl cuts the text too. False where none follows.
    pub(crate) fn skip_document(&mut self) -> bool {
        let bytes = self.scanner.bytes;
        let mut at = self.document;
        while let Some(found) = memchr::memmem::find(bytes.get(at..).unwrap_or_default(), b"\n---") {
            at += found + 1;
            if matches!(bytes.get(at + 3), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
                self.scanner.restart(at);
                (self.state, self.last, self.document) = (State::DocumentStart, at, at);
                self.states.clear();
                self.marks.clear();
                self.tags.clear();
                return true;
            }
        }
        self.state = State::End;
        false
    }

    /// The next event.
    pub(crate) fn next_event(&mut self) -> Parse<'a> {
        match self.state {
            State::First => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::Content => self.content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockListFirst => self.block_list(true),
            State::BlockList => self.block_list(false),
            State::IndentlessList => self.indentless_list(),
            State::BlockMapFirst => self.block_map_key(true),
            State::BlockMapKey => self.block_map_key(false),
            State::BlockMapValue => self.block_map_value(),
            State::FlowListFirst => self.flow_list(true),
            State::FlowList => self.flow_list(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.scanner.peek()?;
                self.state = State::FlowList;
                Ok(event(EventKind::End, Span::new(self.last, self.last)))
            }
            State::FlowMapFirst => self.flow_map_key(true),
            State::FlowMapKey => self.flow_map_key(false),
            State::FlowMapValue => self.flow_map_value(false),
            State::FlowMapNoValue => self.flow_map_value(true),
            State::End => Ok(event(EventKind::StreamEnd, Span::new(self.last, self.last))),
        }
    }

    fn take(&mut self) -> Option<Token<'a>> {
        let token = self.scanner.take();
        if let Some(token) = &token
            && token.end > token.start
        {
            self.last = token.end;
        }
        token
    }

    fn peek(&mut self) -> Result<Kind, Fault> {
        self.scanner.peek().map(|(kind, ..)| kind)
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// An end of a list or map at the token that is next.
    fn close(&mut self) -> Event<'a> {
        self.pop();
        self.marks.pop();
        let span = self.take().map_or(Span::NONE, |token| Span::new(token.start, token.end));
        event(EventKind::End, span)
    }

    /// A value of which nothing was written.
    fn empty(&self) -> Event<'a> {
        event(EventKind::Scalar(Cow::Borrowed(""), Style::Plain), Span::new(self.last, self.last))
    }

    /// A value. `indentless` where a list may stand at the column of its key.
    fn node(&mut self, block: bool, indentless: bool) -> Parse<'a> {
        let after = self.last;
        let (mut kind, mut start, mut end) = self.scanner.peek()?;
        if kind == Kind::Alias {
            self.pop();
            let name = self.take().map_or("", |token| self.name(&token));
            return Ok(Event { after, ..event(EventKind::Alias(name), Span::new(start, end)) });
        }
        let first = start;
        let mut anchor = None;
        let mut tag = None;
        for _ in 0..2 {
            match kind {
                Kind::Anchor if anchor.is_none() => anchor = self.take().map(|token| self.name(&token)),
                Kind::Tag { .. } if tag.is_none() => {
                    if let Some(token) = self.take() {
                        tag = Some(self.resolve(&token)?);
                    }
                }
                _ => break,
            }
            (kind, start, end) = self.scanner.peek()?;
        }
        let known = anchor.is_some() || tag.is_some();
        let (state, what) = match kind {
            Kind::BlockEntry if indentless => (State::IndentlessList, EventKind::ListStart { flow: false }),
            Kind::Scalar(style) => {
                self.pop();
                let text = self.take().map_or(Cow::Borrowed(""), |token| token.text);
                let kind = EventKind::Scalar(text, style);
                return Ok(Event { kind, span: Span::new(start, end), start: first, after, anchor, tag });
            }
            Kind::FlowListStart => (State::FlowListFirst, EventKind::ListStart { flow: true }),
            Kind::FlowMapStart => (State::FlowMapFirst, EventKind::MapStart { flow: true }),
            Kind::BlockListStart if block => (State::BlockListFirst, EventKind::ListStart { flow: false }),
            Kind::BlockMapStart if block => (State::BlockMapFirst, EventKind::MapStart { flow: false }),
            _ if known => {
                self.pop();
                return Ok(Event { start: first, after, anchor, tag, ..self.empty() });
            }
            _ => return Err(self.no_value(kind, start)),
        };
        self.state = state;
        Ok(Event { kind: what, span: Span::new(start, end), start: first, after, anchor, tag })
    }

    /// The name of an anchor or alias, without its sign.
    fn name(&self, token: &Token<'a>) -> &'a str {
        self.scanner.text.get(token.start + 1..token.end).unwrap_or_default()
    }

    /// The full name of a tag.
    fn resolve(&self, token: &Token<'a>) -> Result<Box<str>, Fault> {
        let Kind::Tag { handle: len @ 1.. } = token.kind else { return Ok(token.text.as_ref().into()) };
        let handle = self.scanner.text.get(token.start..token.start + len).unwrap_or_default();
        let prefix = match self.tags.iter().find(|(known, _)| *known == handle) {
            Some((_, prefix)) => prefix,
            None if handle == "!" => "!",
            None if handle == "!!" => CORE,
            None => {
                return Err(Fault::new(
                    format!("the tag handle {handle} is not defined by a %TAG line"),
                    token.start,
                ));
            }
        };
        Ok(format!("{prefix}{}", token.text).into())
    }

    fn no_value(&self, kind: Kind, at: usize) -> Fault {
        match kind {
            Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd if self.scanner.in_flow() => {
                self.unclosed()
            }
            Kind::Anchor | Kind::Tag { .. } => Fault::new("a value has one anchor and one tag at most", at),
            Kind::Alias => Fault::new("an alias takes no anchor and no tag", at),
            _ => Fault::new(format!("expected a value, found {}", seen(kind)), at),
        }
    }

    /// The number of the line with this byte, from 1.
    fn line_of(&self, at: usize) -> usize {
        memchr::memchr_iter(b'\n', self.scanner.bytes.get(..at).unwrap_or_default()).count() + 1
    }

    /// The innermost open bracket.
    fn unclosed(&self) -> Fault {
        let at = self.marks.last().copied().unwrap_or(self.last);
        Fault::new("this bracket is never closed", at)
    }

    fn begin(&mut self) {
        let start = self.take().map_or(self.last, |token| token.start);
        self.marks.push(start);
    }
}

fn event(kind: EventKind<'_>, span: Span) -> Event<'_> {
    let start = span.start as usize;
    Event { kind, span, start, after: start, anchor: None, tag: None }
}

/// A token in words.
fn seen(kind: Kind) -> &'static str {
    match kind {
        Kind::StreamEnd => "the end of the text",
        Kind::Version { .. } | Kind::TagDirective { .. } => "a directive",
        Kind::DocumentStart | Kind::DocumentEnd => "the end of the document",
        Kind::BlockListStart | Kind::BlockEntry => "a list item ('- ')",
        Kind::BlockMapStart => "a key at another indentation",
        Kind::BlockEnd => "a line that is indented less",
        Kind::FlowListStart => "'['",
        Kind::FlowListEnd => "']'",
        Kind::FlowMapStart => "'{'",
        Kind::FlowMapEnd => "'}'",
        Kind::FlowEntry => "','",
        Kind::Key => "a key",
        Kind::Value => "':'",
        Kind::Alias => "an alias",
        Kind::Anchor => "an anchor",
        Kind::Tag { .. } => "a tag",
        Kind::Scalar(_) => "text",
    }
}
