//! Which language is read, and what is said of a text that is not in it.

use ironsides_tree::Span;
use thiserror::Error;

/// Versions of the language that differ in what they accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// libsinsp 0.23, as in Falco up to 0.43: without modifiers and without `concat`, `join` and `getopt`.
    Libsinsp023,
    /// Everything.
    #[default]
    Newest,
}

/// A condition or an output that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FilterError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The bytes of the text that it is about; empty at the place where something is missing.
    pub span: Span,
    /// What to do, or what was probably meant.
    pub hint: Option<String>,
    /// Whether it is an unknown field that is wrong.
    pub unknown_field: bool,
}

impl FilterError {
    /// A fault at a span of the text.
    pub(crate) fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), span, hint: None, unknown_field: false }
    }

    /// A fault at a byte of the text.
    pub(crate) fn at(message: impl Into<String>, offset: usize) -> Self {
        Self::new(message, Span::new(offset, offset))
    }

    /// The same with what to do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}
