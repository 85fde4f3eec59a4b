//! Go's template language: text with actions between `{{` and `}}`.

pub(crate) mod ast;
pub(crate) mod lex;
pub(crate) mod parse;
pub(crate) mod unquote;

/// What is wrong with the text of a template.
#[derive(Clone, Debug)]
pub(crate) struct Flaw {
    /// The byte it was noticed at.
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl Flaw {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}
