//! What the scanner hands to the parser: tokens, and faults in plain words.

use std::borrow::Cow;

/// A piece of YAML with its place.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// A scalar's value, the name of an anchor or alias, the suffix of a tag, or the prefix of a `%TAG` line.
    pub(crate) text: Cow<'a, str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    StreamEnd,
    /// A `%YAML` line.
    Version {
        major: u8,
        minor: u8,
    },
    /// A `%TAG` line, and where its handle stands.
    TagDirective {
        at: usize,
        len: usize,
    },
    DocumentStart,
    DocumentEnd,
    BlockListStart,
    BlockMapStart,
    BlockEnd,
    FlowListStart,
    FlowListEnd,
    FlowMapStart,
    FlowMapEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    /// A tag, and how many bytes its handle has (none for `!<…>` and for a lone `!`).
    Tag {
        handle: usize,
    },
    Scalar(Style),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// Why a text is not YAML, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) message: Cow<'static, str>,
    pub(crate) at: usize,
    pub(crate) hint: Option<&'static str>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self { message: message.into(), at, hint: None }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}
