//! What is asked of a value.

use std::cmp::Ordering;

use memchr::memmem::Finder;
use rustc_hash::FxHashSet;

use crate::filter::{Modifier, Operator};
use crate::pattern::{Glob, Paths};
use crate::value::Value;

use super::constant::Constant;
use super::set::Set;
use super::{Event, Source};
use crate::field::FieldUse;

/// A question about a value.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// There is one.
    Exists,
    /// No value passes.
    Never,
    /// `=`, `!=`, `<` and so on.
    Compare(Operator, Constant),
    Contains(Box<Finder<'static>>),
    ContainsIgnoreCase(Box<[u8]>),
    StartsWith(Box<[u8]>),
    EndsWith(Box<[u8]>),
    Glob(Glob),
    Regex(Box<regex::bytes::Regex>),
    Paths(Box<Paths>),
    /// Every value is among these texts (`in`), or one of them is (`intersects`).
    Texts(Operator, Set),
    /// The same with other values.
    Constants(Operator, Vec<Constant>),
    /// Nanoseconds since the epoch within some distance.
    Around {
        center: u64,
        distance: u64,
    },
    /// Several tests with a modifier.
    Many(Modifier, Vec<Test>),
    /// A comparison with another field of the event.
    Field(Operator, Box<Source>),
}

impl Test {
    pub(crate) fn holds<E: Event + ?Sized>(&self, value: &Value<'_>, event: &E) -> bool {
        match self {
            Self::Exists => true,
            Self::Field(operator, source) => match source.value(event) {
                Some(right) => both(*operator, value, &right),
                None => false,
            },
            _ => self.passes(value),
        }
    }

    /// The same where the event does not matter.
    fn passes(&self, value: &Value<'_>) -> bool {
        match value {
            Value::Any(values) => return values.iter().any(|value| self.passes(value)),
            Value::Ends(ends) => {
                return match self {
                    Self::Compare(Operator::Ne, _) => {
                        !ends.is_empty() && ends.iter().all(|end| self.passes(end))
                    }
                    _ => ends.iter().any(|end| self.passes(end)),
                };
            }
            Value::List(items) => {
                return match self {
                    Self::Exists => true,
                    Self::Texts(Operator::In, _) | Self::Constants(Operator::In, _) => {
                        items.iter().all(|item| self.passes(item))
                    }
                    Self::Many(Modifier::AllOf, tests) => {
                        items.iter().all(|item| tests.iter().any(|test| test.passes(item)))
                    }
                    Self::Many(_, tests) => {
                        items.iter().any(|item| tests.iter().any(|test| test.passes(item)))
                    }
                    _ => items.iter().any(|item| self.passes(item)),
                };
            }
            _ => {}
        }
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Compare(operator, constant), value) => match order(value, constant) {
                Some(order) => decide(*operator, order),
                // An address of the other family, a network that it is not in: not equal.
                None => *operator == Operator::Ne,
            },
            (Self::Contains(finder), Value::Text(text)) => finder.find(text).is_some(),
            (Self::ContainsIgnoreCase(needle), Value::Text(text)) => contains_ignoring_case(text, needle),
            (Self::StartsWith(start), Value::Text(text)) => text.starts_with(start),
            (Self::EndsWith(end), Value::Text(text)) => text.ends_with(end),
            (Self::Glob(glob), Value::Text(text)) => glob.matches(text),
            (Self::Regex(regex), Value::Text(text)) => regex.is_match(text),
            (Self::Paths(paths), Value::Text(text)) => paths.matches(text),
            (Self::Texts(_, set), Value::Text(text)) => set.contains(text),
            (Self::Constants(_, constants), value) => {
                constants.iter().any(|constant| order(value, constant) == Some(Ordering::Equal))
            }
            (Self::Around { center, distance }, Value::Uint(time)) => {
                (center.saturating_sub(*distance)..=center.saturating_add(*distance)).contains(time)
            }
            (Self::Many(_, tests), value) => tests.iter().any(|test| test.passes(value)),
            _ => false,
        }
    }

    pub(crate) fn fields<'a>(&'a self, all: &mut Vec<&'a FieldUse>) {
        if let Self::Field(_, source) = self {
            source.fields(all);
        }
    }

    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Never => 0,
            Self::Exists => 1,
            Self::Compare(..) | Self::StartsWith(_) | Self::EndsWith(_) | Self::Around { .. } => 3,
            Self::Texts(..) => 8,
            Self::Constants(_, constants) => 4 + u32::try_from(constants.len()).unwrap_or(u32::MAX / 2),
            Self::Contains(_) => 15,
            Self::ContainsIgnoreCase(_) | Self::Glob(_) | Self::Paths(_) => 40,
            Self::Regex(_) => 120,
            Self::Field(_, source) => 10 + source.cost(),
            Self::Many(_, tests) => tests.iter().map(Self::cost).sum(),
        }
    }

    /// The texts that the source must have one of, where only those pass.
    pub(crate) fn texts(&self, source: &Source) -> Option<FxHashSet<String>> {
        if !source.is("evt.type") {
            return None;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match self {
            Self::Compare(Operator::Eq, Constant::Text(bytes)) => Some([text(bytes)].into_iter().collect()),
            Self::Texts(_, set) => Some(set.iter().map(text).collect()),
            _ => None,
        }
    }
}

/// How a value stands to a constant. `None` where they cannot be equal and have no order.
fn order(value: &Value<'_>, constant: &Constant) -> Option<Ordering> {
    match (value, constant) {
        (Value::Text(text), Constant::Text(constant)) => Some(text.as_ref().cmp(constant)),
        (Value::Int(number), Constant::Int(constant)) => Some(number.cmp(constant)),
        (Value::Uint(number), Constant::Uint(constant)) => Some(number.cmp(constant)),
        (Value::Int(number), Constant::Uint(constant)) => {
            u64::try_from(*number).ok().map(|number| number.cmp(constant))
        }
        (Value::Uint(number), Constant::Int(constant)) => {
            i64::try_from(*number).ok().map(|number| number.cmp(constant))
        }
        (Value::Double(number), Constant::Double(constant)) => number.partial_cmp(constant),
        (Value::Bool(value), Constant::Bool(constant)) => Some(value.cmp(constant)),
        (Value::Ip(address), Constant::Ip(constant)) => (address == constant).then_some(Ordering::Equal),
        (Value::Ip(address), Constant::Network(network)) => {
            network.contains(*address).then_some(Ordering::Equal)
        }
        _ => None,
    }
}

fn decide(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Eq | Operator::In | Operator::Intersects => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        _ => false,
    }
}

/// A comparison of two values of an event.
fn both(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    if let Value::Any(values) = left {
        return values.iter().any(|left| both(operator, left, right));
    }
    if let (Value::List(_), _) | (_, Value::List(_)) = (left, right) {
        let items = |value: &Value<'_>| match value {
            Value::List(items) => items.clone().into_iter().map(static_value).collect(),
            other => vec![static_value(other.clone())],
        };
        let (left, right): (Vec<Value<'static>>, Vec<Value<'static>>) = (items(left), items(right));
        return match operator {
            Operator::In => left.iter().all(|item| right.contains(item)),
            Operator::Intersects => left.iter().any(|item| right.contains(item)),
            _ => false,
        };
    }
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => match operator {
            Operator::Contains | Operator::Bcontains => memchr::memmem::find(left, right).is_some(),
            Operator::Icontains => contains_ignoring_case(left, &right.to_ascii_lowercase()),
            Operator::Startswith | Operator::Bstartswith => left.starts_with(right),
            Operator::Endswith => left.ends_with(right),
            Operator::Glob => Glob::new(right, false).matches(left),
            Operator::Iglob => Glob::new(right, true).matches(left),
            Operator::Pmatch => Paths::new([right.as_ref()]).matches(left),
            _ => decide(operator, left.cmp(right)),
        },
        (Value::Int(left), Value::Int(right)) => decide(operator, left.cmp(right)),
        (Value::Uint(left), Value::Uint(right)) => decide(operator, left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => {
            left.partial_cmp(right).is_some_and(|order| decide(operator, order))
        }
        (Value::Bool(left), Value::Bool(right)) => decide(operator, left.cmp(right)),
        (Value::Ip(left), Value::Ip(right)) => match operator {
            Operator::Ne => left != right,
            _ => left == right,
        },
        _ => false,
    }
}

fn static_value(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Text(text) => Value::Text(text.into_owned().into()),
        Value::Int(number) => Value::Int(number),
        Value::Uint(number) => Value::Uint(number),
        Value::Double(number) => Value::Double(number),
        Value::Bool(value) => Value::Bool(value),
        Value::Ip(address) => Value::Ip(address),
        Value::List(items) => Value::List(items.into_iter().map(static_value).collect()),
        Value::Any(items) => Value::Any(items.into_iter().map(static_value).collect()),
        Value::Ends(ends) => Value::ends(ends.into_iter().map(static_value)),
    }
}

/// Whether a text holds another, given in lower case, without regard to ASCII case.
fn contains_ignoring_case(text: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let upper = first.to_ascii_uppercase();
    memchr::memchr2_iter(*first, upper, text).any(|at| {
        let behind = text.get(at + 1..at + 1 + rest.len());
        behind.is_some_and(|behind| behind.eq_ignore_ascii_case(rest))
    })
}
