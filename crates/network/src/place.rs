//! Where something is written, and what is wrong with it.

use std::fmt;

use ironsides_tree::{Cursor, Span, Text};

/// The name of a policy in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyName {
    /// `NetworkPolicy`, `CiliumClusterwideNetworkPolicy`, …
    pub kind: Text,
    /// `None` for kinds without a namespace.
    pub namespace: Option<Text>,
    /// Its name.
    pub name: Text,
}

impl fmt::Display for PolicyName {
    /// `NetworkPolicy/shop/web`; `ClusterNetworkPolicy/deny` where there is no namespace.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(out, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(out, "{}/{}", self.kind, self.name),
        }
    }
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which of the documents that were given, counted from 0 in the order in which they were read.
    pub document: u32,
    /// The path: `spec.ingress[0].from[1]`.
    pub path: Box<str>,
    /// The bytes of the text, if the document was read from one.
    pub span: Span,
}

impl Default for Place {
    /// The first document as a whole, without a text.
    fn default() -> Self {
        Self { document: 0, path: Box::default(), span: Span::NONE }
    }
}

impl Place {
    /// The place of a cursor in a document.
    pub fn of(document: u32, at: &Cursor<'_>) -> Self {
        Self { document, path: at.path().text().into(), span: at.mark() }
    }
}

/// Something wrong with a document, or something in it that has no effect or not the one that it seems to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong and what follows from it, without a full stop.
    pub message: String,
    /// How much of the document is lost through it.
    pub loss: Loss,
}

/// How much of a policy is lost through a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Nothing: it is as written, but hardly as meant.
    Nothing,
    /// What stands at the place has no effect.
    Part,
    /// The policy does not exist for whoever enforces it.
    Policy,
}
