//! What goes wrong while templates run.

use ironsides_tree::Span;

use super::Frame;
use crate::helm::number;
use crate::helm::origin::Place;
use crate::helm::value::Value;

/// An error, and the calls that led to it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Where it happened, or was called from, as far as that is a file.
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// The calls from the outermost to the innermost: what was called, and where the next place is.
    pub(crate) calls: Vec<(String, Option<Place>)>,
}

/// Why a function gives no value.
pub(crate) enum Problem {
    /// What is wrong, and what to do.
    Said(String, Option<String>),
    /// A template that it ran failed; how that was called.
    Inside(Box<Fault>, String),
}

impl From<String> for Problem {
    fn from(message: String) -> Self {
        Self::Said(message, None)
    }
}

impl From<&str> for Problem {
    fn from(message: &str) -> Self {
        Self::Said(message.to_owned(), None)
    }
}

impl Fault {
    /// How many calls are told.
    const MOST_CALLS: usize = 6;

    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), hint: None, calls: Vec::new() }
    }

    /// Sets where it happened, unless that is known.
    pub(crate) fn locate(&mut self, frame: &Frame<'_>, span: Span) {
        if self.place.is_none() {
            self.place = frame.file.map(|file| Place { file, span });
        }
    }

    /// The same fault seen from the caller.
    pub(crate) fn called(
        mut self: Box<Self>,
        frame: &Frame<'_>,
        span: Span,
        call: impl FnOnce() -> String,
    ) -> Box<Self> {
        let inner = self.place.take();
        self.place = frame.file.map(|file| Place { file, span });
        if self.calls.len() >= Self::MOST_CALLS {
            self.calls.remove(0);
        }
        self.calls.insert(0, (call(), inner));
        self
    }
}

/// A value in the words of an error: `the string "a"`.
pub(crate) fn described(value: &Value) -> String {
    let short = |text: &str| {
        let cut: String = text.chars().take(40).collect();
        if cut.len() < text.len() { format!("{cut}…") } else { cut }
    };
    match value {
        Value::Nil | Value::Null => "no value".to_owned(),
        Value::Str(text) => format!("the string {:?}", short(&text.text)),
        Value::Bool(value) => format!("the boolean {value}"),
        Value::Int(number, _) => format!("the integer {number} (Go's {})", value.type_name()),
        Value::Float(value) => format!("the number {} (Go's float64)", number::general(*value)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Bytes(_) | Value::Binary(_) => "bytes".to_owned(),
        Value::Object(object) => format!("a {}", object.type_name()),
    }
}

/// `line 3, column 7` of a text.
pub(super) fn place_in(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}
