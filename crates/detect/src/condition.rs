//! Conditions, ready to be asked.

use crate::field::Catalogue;
use crate::filter::{Expr, FilterError};
use crate::predicate::{Event, Predicate};

/// A condition over the fields of one source, macros resolved.
///
/// Evaluated as written, from left to right. The engine shares comparisons between rules and orders them instead; both
/// give the same answers.
#[derive(Clone, Debug)]
pub enum Condition {
    /// True when any part is.
    Or(Vec<Self>),
    /// True when all parts are.
    And(Vec<Self>),
    /// True when the part is false.
    Not(Box<Self>),
    /// A comparison.
    Check(Box<Predicate>),
}

impl Condition {
    /// Finds the fields and reads the values. A macro's name is an error: macros are the rule loader's business.
    pub fn new(expr: &Expr, catalogue: Catalogue) -> Result<Self, FilterError> {
        let parts = |parts: &[Expr]| -> Result<Vec<Self>, FilterError> {
            parts.iter().map(|part| Self::new(part, catalogue)).collect()
        };
        Ok(match expr {
            Expr::Or(children) => Self::Or(parts(children)?),
            Expr::And(children) => Self::And(parts(children)?),
            Expr::Not(part) => Self::Not(Box::new(Self::new(part, catalogue)?)),
            Expr::Check(check) => Self::Check(Box::new(Predicate::new(check, catalogue)?)),
            Expr::Macro(name) => {
                let message = format!("filter error: unexpected identifier '{}'", name.text);
                return Err(FilterError::new(message, name.span));
            }
        })
    }

    /// Whether it is true for an event.
    pub fn holds<E: Event + ?Sized>(&self, event: &E) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.holds(event)),
            Self::And(parts) => parts.iter().all(|part| part.holds(event)),
            Self::Not(part) => !part.holds(event),
            Self::Check(predicate) => predicate.holds(event),
        }
    }

    /// Hands every comparison to `visit`.
    pub fn predicates<'a>(&'a self, visit: &mut impl FnMut(&'a Predicate)) {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.predicates(visit)),
            Self::Not(part) => part.predicates(visit),
            Self::Check(predicate) => visit(predicate),
        }
    }
}
