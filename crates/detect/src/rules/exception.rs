//! Exceptions as conditions: `and not (f1 = v1 and f2 = v2 or …)`.

use std::sync::Arc;

use ironsides_tree::Span;

use crate::field::Catalogue;
use crate::filter::{Check, Expr, FieldRef, Modifier, Name, Operand, Operator, Right, unquoted};

use super::definition::{Entry, Exception};

/// The condition under which an exception applies; `None` where it has no values.
pub(super) fn condition(exception: &Exception, catalogue: Catalogue) -> Result<Option<Expr>, String> {
    let (fields, many) = match &exception.fields {
        Entry::One(field) => (vec![&**field], false),
        Entry::Many(fields) => {
            let fields: Option<Vec<&str>> = fields.iter().map(one).collect();
            (fields.ok_or("Rule exception fields must be texts")?, true)
        }
    };
    let default = if many { "=" } else { "in" };
    let operators = match &exception.operators {
        None => vec![operator(default)?; fields.len()],
        Some(Entry::One(name)) if !many => vec![operator(name)?],
        Some(Entry::Many(names)) if many => {
            let names: Option<Vec<&str>> = names.iter().map(one).collect();
            let names = names.ok_or("Rule exception comps must be texts")?;
            names.into_iter().map(operator).collect::<Result<_, _>>()?
        }
        Some(_) => return Err("Fields and comps must both be strings".to_owned()),
    };
    if operators.len() != fields.len() {
        return Err("Fields and comps lists must have equal length".to_owned());
    }
    for field in &fields {
        let named = FieldRef { name: (*field).into(), argument: None, span: Span::NONE };
        let bare = named_field(field);
        if catalogue.resolve(&bare).is_err() && catalogue.resolve(&named).is_err() {
            return Err(format!("'{field}' is not a supported filter field"));
        }
    }
    let mut all = Vec::new();
    if many {
        for values in &exception.values {
            let Entry::Many(values) = values else {
                return Err("Exception values item must be a list of values, one for each field".to_owned());
            };
            if values.len() != fields.len() {
                return Err("Fields and values lists must have equal length".to_owned());
            }
            let checks = fields.iter().zip(&operators).zip(values.iter());
            let checks: Vec<Expr> = checks.map(|((field, how), value)| check(field, *how, value)).collect();
            all.push(joined(checks, Expr::And));
        }
    } else if let (Some(field), Some(how)) = (fields.first(), operators.first())
        && !exception.values.is_empty()
    {
        if exception.values.iter().any(|value| one(value).is_none()) {
            return Err(format!(
                "Expected values array for item '{}' to contain a list of strings",
                exception.name
            ));
        }
        let (operator, modifier) = *how;
        if modifier.is_some() || takes_list(operator) {
            let values = Entry::Many(exception.values.clone().into());
            all.push(check(field, *how, &values));
        } else {
            all.extend(exception.values.iter().map(|value| check(field, *how, value)));
        }
    }
    Ok((!all.is_empty()).then(|| joined(all, Expr::Or)))
}

fn joined(mut parts: Vec<Expr>, all: fn(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 { parts.remove(0) } else { all(parts) }
}

fn one(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::One(text) => Some(text),
        Entry::Many(_) => None,
    }
}

/// An operator, perhaps with a modifier behind it.
fn operator(name: &str) -> Result<(Operator, Option<Modifier>), String> {
    let fault = || format!("'{name}' is not a supported comparison operator");
    let mut words = name.split_whitespace();
    let operator = words.next().and_then(Operator::of).ok_or_else(fault)?;
    let modifier = match words.next() {
        None => None,
        Some(word) => Some(Modifier::ALL.into_iter().find(|known| known.name() == word).ok_or_else(fault)?),
    };
    if words.next().is_some() || (modifier.is_some() && takes_list(operator)) {
        return Err(fault());
    }
    Ok((operator, modifier))
}

fn takes_list(operator: Operator) -> bool {
    matches!(operator, Operator::In | Operator::Intersects | Operator::Pmatch)
}

/// A field with its argument in brackets.
fn named_field(text: &str) -> FieldRef {
    let (name, argument) = match text.split_once('[') {
        Some((name, rest)) => (name, Some(rest.strip_suffix(']').unwrap_or(rest))),
        None => (text, None),
    };
    let argument = argument.map(|argument| argument.trim_matches(['"', '\'']).into());
    FieldRef { name: name.into(), argument, span: Span::NONE }
}

fn check(field: &str, how: (Operator, Option<Modifier>), value: &Entry) -> Expr {
    let (operator, modifier) = how;
    let left = Operand::Field(named_field(field));
    let listed = modifier.is_some() || takes_list(operator);
    let right = match value {
        _ if operator == Operator::Exists => Right::Nothing,
        Entry::Many(values) => Right::List(values.iter().filter_map(one).map(unquoted).collect()),
        Entry::One(text) if listed => listed_text(text),
        Entry::One(text) => Right::Text(unquoted(text)),
    };
    Expr::Check(Box::new(Check { left, operator, modifier, right, span: Span::NONE }))
}

/// What a text stands for where a list is wanted: a list in parentheses, or a list of one, which may be a list's name.
fn listed_text(text: &str) -> Right {
    let inner = text.trim().strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    match inner {
        Some(inner) => {
            let items: Vec<Box<str>> =
                inner.split(',').map(str::trim).filter(|item| !item.is_empty()).map(unquoted).collect();
            Right::List(items.into())
        }
        None => Right::Word(Name { text: unquoted(text), span: Span::NONE }),
    }
}

/// A condition with exceptions taken out of it.
pub(super) fn without(condition: Expr, exceptions: Vec<Expr>) -> Expr {
    let mut parts = vec![condition];
    parts.extend(exceptions.into_iter().map(|exception| Expr::Not(Box::new(exception))));
    joined(parts, Expr::And)
}

/// The items of a list are shared where they can be.
pub(super) type Items = Arc<[Box<str>]>;
