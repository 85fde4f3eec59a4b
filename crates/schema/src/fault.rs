//! What can be wrong with a document before anyone asks what it means.

use std::fmt;

use ironsides_tree::{Span, Text};

/// A place in a document that the API server would refuse or drop.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where, printed as Kubernetes prints field paths; for unknown and missing fields it ends in the field.
    pub path: String,
    /// Where in the source: the key of an unknown field, the value that is wrong, and for a missing field the key
    /// of the object that lacks it. [`Span::NONE`] where the tree has no text.
    pub span: Span,
}

/// The kinds of faults. The API server warns of unknown fields and drops them, or refuses the object under strict
/// field validation; it refuses the object for all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A field that the type does not have.
    UnknownField {
        /// Its name.
        name: Text,
        /// The field that was probably meant: the same but for case, else one a few letters away.
        nearest: Option<&'static str>,
    },
    /// A value of a type that the field cannot hold.
    WrongType {
        /// What it can hold, in the words of [`ironsides_tree::Node::shape`].
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A whole number that needs more than the bits the field has.
    OutOfRange {
        /// The bits of the field: 8 (unsigned), 32 or 64.
        bits: u8,
    },
    /// A string that is no amount.
    BadQuantity,
    /// A string that is no RFC 3339 moment.
    BadTime,
    /// A string that is no base64.
    BadBase64,
    /// A field without which the API server does not take a new object. A patch or a partial manifest may well do
    /// without it.
    MissingField {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}", self.kind),
            path => write!(f, "{path}: {}", self.kind),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { name, nearest: None } => write!(f, "unknown field `{name}`"),
            Self::UnknownField { name, nearest: Some(nearest) } => {
                write!(f, "unknown field `{name}`, the nearest is `{nearest}`")
            }
            Self::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::OutOfRange { bits: 8 } => f.write_str("number is not within 0 and 255"),
            Self::OutOfRange { bits } => write!(f, "number does not fit {bits} bits"),
            Self::BadQuantity => f.write_str("not a quantity"),
            Self::BadTime => f.write_str("not an RFC 3339 time"),
            Self::BadBase64 => f.write_str("not base64"),
            Self::MissingField { name } => write!(f, "required field `{name}` is missing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_read_like_those_of_the_api_server() {
        let fault = |kind, path: &str| Fault { kind, path: path.to_owned(), span: Span::NONE }.to_string();
        let unknown = FaultKind::UnknownField { name: "hostPid".into(), nearest: Some("hostPID") };
        assert_eq!(
            fault(unknown, "spec.hostPid"),
            "spec.hostPid: unknown field `hostPid`, the nearest is `hostPID`"
        );
        let wrong = FaultKind::WrongType { expected: "map", found: "list" };
        assert_eq!(fault(wrong, ""), "expected map, found list");
    }
}
