//! Why a rule fires or does not.

use serde::Serialize;

use crate::field::Catalogue;
use crate::filter::Expr;
use crate::output::{ABSENT, text};
use crate::predicate::{Event, Predicate};
use crate::rules::{ExceptionPlace, Rule, RuleSet};

/// What a condition, or a part of it, is for an event, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Whether it is true.
    pub holds: bool,
    /// What it is.
    #[serde(flatten)]
    pub what: Explained,
    /// Its parts. All are shown, those that did not matter for the outcome too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Self>,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Explained {
    /// True when all parts are.
    And,
    /// True when any part is.
    Or,
    /// True when the part is false.
    Not,
    /// A macro; its condition is the part.
    Macro {
        /// The name.
        name: String,
    },
    /// An exception of the rule; its condition is the part.
    Exception {
        /// The name.
        name: String,
        /// The name of the file it is defined in.
        file: String,
        /// The line, from 1.
        line: u32,
    },
    /// A comparison.
    Check {
        /// As written, lists cut short.
        check: String,
        /// The values of the fields in it, `<NA>` where there is none.
        values: Vec<(String, String)>,
    },
}

impl Explanation {
    /// The parts that made the outcome what it is, down to comparisons: of an `and` that is false the parts that are
    /// false, of one that is true all of them.
    pub fn reasons(&self) -> Vec<&Self> {
        match &self.what {
            Explained::Check { .. } => vec![self],
            Explained::Not | Explained::Macro { .. } | Explained::Exception { .. } => {
                self.parts.iter().flat_map(Self::reasons).collect()
            }
            Explained::And | Explained::Or => {
                let parts = self.parts.iter().filter(|part| part.holds == self.holds);
                parts.flat_map(Self::reasons).collect()
            }
        }
    }
}

pub(super) fn explain<E: Event + ?Sized>(rules: &RuleSet, rule: &Rule, event: &E) -> Option<Explanation> {
    let catalogue = Catalogue::of(&rule.source)?;
    let mut whole = part(rules, &rule.condition, catalogue, event, 0)?;
    name(&mut whole, &rule.exceptions);
    Some(whole)
}

/// Puts the names of exceptions around their conditions: they are the last parts of a condition, or of each step of a
/// correlation.
fn name(whole: &mut Explanation, exceptions: &[ExceptionPlace]) {
    match whole.what {
        _ if exceptions.is_empty() => {}
        Explained::Or => whole.parts.iter_mut().for_each(|step| name(step, exceptions)),
        Explained::And if whole.parts.len() == exceptions.len() + 1 => {
            for (not, ExceptionPlace { name, file, line }) in whole.parts.iter_mut().skip(1).zip(exceptions) {
                let parts = std::mem::take(&mut not.parts);
                let what = Explained::Exception { name: name.clone(), file: file.clone(), line: *line };
                not.parts = vec![Explanation { holds: !not.holds, what, parts }];
            }
        }
        _ => {}
    }
}

fn part<E: Event + ?Sized>(
    rules: &RuleSet,
    expr: &Expr,
    catalogue: Catalogue,
    event: &E,
    depth: usize,
) -> Option<Explanation> {
    if depth > 2000 {
        return None;
    }
    let parts = |exprs: &[Expr]| -> Option<Vec<Explanation>> {
        exprs.iter().map(|expr| part(rules, expr, catalogue, event, depth + 1)).collect()
    };
    Some(match expr {
        Expr::And(exprs) => {
            let parts = parts(exprs)?;
            Explanation { holds: parts.iter().all(|part| part.holds), what: Explained::And, parts }
        }
        Expr::Or(exprs) => {
            let parts = parts(exprs)?;
            Explanation { holds: parts.iter().any(|part| part.holds), what: Explained::Or, parts }
        }
        Expr::Not(expr) => {
            let inner = part(rules, expr, catalogue, event, depth + 1)?;
            Explanation { holds: !inner.holds, what: Explained::Not, parts: vec![inner] }
        }
        Expr::Macro(name) => {
            let inner = part(rules, rules.macros.get(&*name.text)?, catalogue, event, depth + 1)?;
            let what = Explained::Macro { name: name.text.to_string() };
            Explanation { holds: inner.holds, what, parts: vec![inner] }
        }
        Expr::Check(check) => {
            let predicate = Predicate::new(check, catalogue).ok()?;
            let shown = |field| text(field, event).unwrap_or_else(|| ABSENT.to_owned());
            let values =
                predicate.fields().into_iter().map(|field| (field.to_string(), shown(field))).collect();
            let what = Explained::Check { check: short(&check.to_string()), values };
            Explanation { holds: predicate.holds(event), what, parts: Vec::new() }
        }
    })
}

/// A comparison with a long list cut short.
fn short(check: &str) -> String {
    const LENGTH: usize = 300;
    match check.char_indices().nth(LENGTH) {
        Some((at, _)) => format!("{}…", check.get(..at).unwrap_or(check)),
        None => check.to_owned(),
    }
}
