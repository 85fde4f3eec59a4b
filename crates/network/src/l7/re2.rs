//! Regular expressions as RE2 reads them, which Envoy matches requests with, and Go's `regexp`, which the agent checks them
//! with.
//!
//! Source: the syntax that both document. They agree but for names of Unicode classes that Go has learnt since, which are
//! refused here. What another dialect reads otherwise (sets within classes, `\d` beyond ASCII, look-around, `\Z`) is read or
//! refused as they do.

mod class;
mod parser;
mod size;

use std::fmt;

use regex_automata::meta;
use regex_syntax::hir::{Hir, Look};
use thiserror::Error;

pub use size::PROGRAM_LIMIT;

/// An expression that must match a whole value.
#[derive(Clone)]
pub struct WholeMatch {
    source: Box<str>,
    hir: Hir,
    regex: meta::Regex,
}

/// Why a text is no expression.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}: `{part}`")]
pub struct Malformed {
    /// What is wrong, without a full stop.
    pub message: &'static str,
    /// The part that it is wrong with.
    pub part: String,
}

/// How much memory the automaton of an expression may take.
const MOST: usize = 8 << 20;

/// Reads an expression.
///
/// # Errors
///
/// The part that is wrong and what is wrong with it.
pub fn parse(pattern: &str) -> Result<Hir, Malformed> {
    parser::parse(pattern)
}

impl WholeMatch {
    /// Makes an expression ready for matching.
    ///
    /// # Errors
    ///
    /// Where it is malformed, or too large for any engine.
    pub fn new(pattern: &str) -> Result<Self, Malformed> {
        let hir = parse(pattern)?;
        let whole = Hir::concat(vec![Hir::look(Look::Start), hir.clone(), Hir::look(Look::End)]);
        let config = meta::Config::new().nfa_size_limit(Some(MOST));
        let regex = meta::Builder::new().configure(config).build_from_hir(&whole);
        let regex =
            regex.map_err(|_| Malformed { message: "the expression is too large", part: pattern.into() })?;
        Ok(Self { source: pattern.into(), hir, regex })
    }

    /// As it is written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it says, without the ends that matching a whole value adds.
    pub fn hir(&self) -> &Hir {
        &self.hir
    }

    /// Whether it matches a whole value.
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// About how many instructions RE2 makes of it. Beyond [`PROGRAM_LIMIT`] Envoy refuses the whole policy of the endpoint
    /// unless that limit is raised.
    pub fn program_size(&self) -> usize {
        size::of(&self.hir)
    }
}

impl PartialEq for WholeMatch {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for WholeMatch {}

impl fmt::Debug for WholeMatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.source)
    }
}

#[cfg(test)]
mod tests;
