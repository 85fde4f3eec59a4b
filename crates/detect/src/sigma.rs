//! Sigma rules for Kubernetes audit events, as rules and correlations of ours.
//!
//! Source of their meaning: SigmaHQ/sigma-specification, version 2.1 (rules, modifiers, correlations). What a rule says
//! that can never be true of an audit event is told, with its place; so is everything that cannot be translated.

mod condition;
mod correlation;
mod field;
mod pattern;
mod regex;
mod rule;
mod selection;

use ironsides_tree::{Node, Span};

use crate::rules::Code;

pub(crate) use correlation::{Correlated, correlation};
pub(crate) use rule::{Translated, rule};

/// Something to say about a document.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
}

/// What is said while a document is read.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    pub(crate) all: Vec<Remark>,
}

impl Remarks {
    fn say(&mut self, code: Code, span: Span, text: impl Into<String>) {
        self.all.push(Remark { code, span, text: text.into(), hint: None });
    }

    /// Adds what to do to what was said last.
    fn hint(&mut self, hint: impl Into<String>) {
        if let Some(last) = self.all.last_mut() {
            last.hint = Some(hint.into());
        }
    }

    /// Says that something cannot be used.
    fn refuse<T>(&mut self, span: Span, text: impl Into<String>) -> Option<T> {
        self.say(Code::LoadErrCompileCondition, span, text);
        None
    }

    /// Says that something never does what it says.
    fn never(&mut self, span: Span, text: impl Into<String>, hint: impl Into<String>) {
        self.say(Code::LoadCompileCondition, span, text);
        self.hint(hint);
    }
}

/// What a document of a Sigma file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A rule.
    Rule,
    /// A correlation of rules.
    Correlation,
    /// A filter for rules, which is not understood.
    Filter,
}

impl Kind {
    /// What a document is, if it is one of Sigma's: a map with `detection`, `correlation` or `filter`.
    pub(crate) fn of(root: &Node) -> Option<Self> {
        root.as_map()?;
        let map = |key: &str| root.get(key).is_some_and(|node| node.as_map().is_some());
        if map("correlation") {
            Some(Self::Correlation)
        } else if map("filter") {
            Some(Self::Filter)
        } else if root.get("detection").is_some() || map("logsource") {
            Some(Self::Rule)
        } else {
            None
        }
    }
}
