//! The functions that templates may call: Go's own, sprig's and Helm's.
//!
//! What depends on time, chance or the network gives a fixed placeholder of the right shape instead, so that rendering
//! is pure: `now` tells the time of [`super::Options::now`], random strings are made of a counter, keys and
//! certificates are PEM blocks without content, and `lookup` and `getHostByName` find nothing. Regular expressions
//! are those of the crate `regex`, which reads RE2's syntax but for `\C`, `\Q…\E` and `\pN` without braces inside
//! classes.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::machine::{Frame, Machine, Problem};
use super::template::ast::Number;
use super::value::{IntType, ListType, MapType, Slot, Value};

mod args;
mod basic;
mod crypto;
mod dates;
mod dicts;
mod encode;
pub(crate) mod files;
mod flow;
mod glob;
mod lists;
mod math;
pub(crate) mod methods;
mod regexes;
mod strings;
mod toml;
mod versions;
mod words;

pub(crate) use args::Args;

/// What a function gives.
pub(crate) type Outcome = Result<Slot, Problem>;

/// A function that templates may call.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// What it takes; the last one any number of times where it is variadic.
    params: &'static [Param],
    variadic: bool,
    pub(crate) run: fn(&mut Machine, &Frame<'_>, &[Slot]) -> Outcome,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The Go types that functions take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    /// `interface {}`
    Any,
    /// `reflect.Value`
    Raw,
    Str,
    Int,
    Float,
    Bool,
    /// `map[string]interface {}`
    Map,
    /// `[]interface {}`
    List,
    Time,
    Certificate,
}

impl Param {
    /// Whether a value can be handed over; no value stands for a nil map or list.
    pub(crate) fn takes(self, value: &Value) -> bool {
        match self {
            Self::Any | Self::Raw => true,
            Self::Str => matches!(value, Value::Str(_) | Value::Binary(_)),
            Self::Int => matches!(value, Value::Int(_, IntType::Int)),
            Self::Float => matches!(value, Value::Float(_)),
            Self::Bool => matches!(value, Value::Bool(_)),
            Self::Map => match value {
                Value::Nil | Value::Null => true,
                Value::Map(map) => map.kind != MapType::Strings,
                _ => false,
            },
            Self::List => match value {
                Value::Nil | Value::Null => true,
                Value::List(list) => list.kind == ListType::Any,
                _ => false,
            },
            Self::Time => matches!(value, Value::Object(super::object::Object::Time(_))),
            Self::Certificate => matches!(value, Value::Object(super::object::Object::Certificate { .. })),
        }
    }

    /// Whether a nil out of a map, not through a pipeline, is refused.
    pub(crate) fn refuses_null(self) -> bool {
        !matches!(self, Self::Any | Self::Raw)
    }

    /// The value of a number constant in this place.
    pub(crate) fn number(self, number: Number) -> Option<Value> {
        match self {
            Self::Any | Self::Raw => Some(match number {
                Number { fraction: true, float: Some(float), .. } => Value::Float(float),
                Number { int: Some(int), .. } => Value::int(int),
                Number { float, .. } => Value::Float(float?),
            }),
            Self::Int => number.int.map(Value::int),
            Self::Float => number.float.map(Value::Float),
            _ => None,
        }
    }

    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Any | Self::Raw => "a value",
            Self::Str => "a string",
            Self::Int => "an integer (Go's int)",
            Self::Float => "a number (Go's float64)",
            Self::Bool => "a boolean",
            Self::Map => "a map",
            Self::List => "a list",
            Self::Time => "a time",
            Self::Certificate => "a certificate",
        }
    }
}

impl Function {
    /// What it takes at a place.
    pub(crate) fn param(&self, at: usize) -> Param {
        self.params.get(at).or(self.params.last()).copied().unwrap_or(Param::Any)
    }

    /// How many arguments it takes, where so many are too many or too few.
    pub(crate) fn wrong_count(&self, count: usize) -> Option<String> {
        let fixed = self.params.len() - usize::from(self.variadic);
        match self.variadic {
            true if count < fixed => Some(format!("at least {fixed} arguments")),
            false if count != fixed => Some(format!("{fixed} arguments")),
            _ => None,
        }
    }
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    static ALL: LazyLock<FxHashMap<&'static str, &'static Function>> = LazyLock::new(|| {
        let tables: [&'static [Function]; 12] = [
            basic::TABLE,
            crypto::TABLE,
            dates::TABLE,
            dicts::TABLE,
            encode::TABLE,
            flow::TABLE,
            lists::TABLE,
            math::TABLE,
            regexes::TABLE,
            strings::TABLE,
            versions::TABLE,
            words::TABLE,
        ];
        tables.into_iter().flatten().map(|function| (function.name, function)).collect()
    });
    ALL.get(name).copied()
}

/// A function with as many arguments as are listed.
const fn fixed(
    name: &'static str,
    params: &'static [Param],
    run: fn(&mut Machine, &Frame<'_>, &[Slot]) -> Outcome,
) -> Function {
    Function { name, params, variadic: false, run }
}

/// A function whose last argument may stand any number of times.
const fn variadic(
    name: &'static str,
    params: &'static [Param],
    run: fn(&mut Machine, &Frame<'_>, &[Slot]) -> Outcome,
) -> Function {
    Function { name, params, variadic: true, run }
}

/// The value as what a function gives.
#[expect(clippy::unnecessary_wraps, reason = "it ends a function that can fail")]
fn give(value: Value) -> Outcome {
    Ok(value.into())
}
