//! Methods of times and versions.

use std::rc::Rc;

use crate::helm::object::Object;
use crate::helm::semver::Version;
use crate::helm::time::Time;
use crate::helm::value::{IntType, Slot, Value};

type Member = Result<Option<Slot>, String>;

#[expect(clippy::unnecessary_wraps, reason = "it ends a function that can fail")]
fn some(value: Value) -> Member {
    Ok(Some(value.into()))
}

/// A method of `time.Time`.
pub(crate) fn time(time: &Rc<Time>, name: &str, args: &[Slot]) -> Member {
    let at = time.0.datetime();
    let moment = |time: Time| Value::Object(Object::Time(Rc::new(time)));
    match (name, args) {
        ("Format", [Slot { value: Value::Str(layout), .. }]) => some(Value::str(time.format(&layout.text))),
        ("Unix", []) => some(Value::int64(time.seconds())),
        ("UnixNano", []) => some(Value::int64(i64::try_from(time.nanoseconds()).unwrap_or(0))),
        ("UnixMilli", []) => some(Value::int64(i64::try_from(time.nanoseconds() / 1_000_000).unwrap_or(0))),
        ("Year", []) => some(Value::int(at.year().into())),
        ("Month", []) => some(Value::Int(at.month().into(), IntType::Month)),
        ("Day", []) => some(Value::int(at.day().into())),
        ("Hour", []) => some(Value::int(at.hour().into())),
        ("Minute", []) => some(Value::int(at.minute().into())),
        ("Second", []) => some(Value::int(at.second().into())),
        ("Nanosecond", []) => some(Value::int(at.subsec_nanosecond().into())),
        ("YearDay", []) => some(Value::int(at.day_of_year().into())),
        ("Weekday", []) => some(Value::Int(time.weekday(), IntType::Weekday)),
        ("String", []) => some(Value::str(time.display())),
        ("IsZero", []) => some(Value::Bool(time.seconds() == Time::zero().seconds())),
        ("UTC" | "Local", []) => some(moment(time.in_zone("UTC").ok_or("the zone is unknown")?)),
        ("Add", [Slot { value: Value::Int(nanos, IntType::Duration), .. }]) => {
            some(moment(time.plus(*nanos).ok_or("the time is out of range")?))
        }
        (
            "AddDate",
            [
                Slot { value: Value::Int(years, _), .. },
                Slot { value: Value::Int(months, _), .. },
                Slot { value: Value::Int(days, _), .. },
            ],
        ) => {
            let seconds = days.checked_mul(86_400).ok_or("the time is out of range")?;
            let months = years.checked_mul(12).and_then(|sum| sum.checked_add(*months));
            let span = jiff::Span::new().try_months(months.ok_or("the time is out of range")?);
            let moved = span.ok().and_then(|span| time.0.checked_add(span).ok());
            let moved = Time(moved.ok_or("the time is out of range")?);
            let nanos = seconds.checked_mul(1_000_000_000).ok_or("the time is out of range")?;
            some(moment(moved.plus(nanos).ok_or("the time is out of range")?))
        }
        (
            "Format" | "Unix" | "UnixNano" | "UnixMilli" | "Year" | "Month" | "Day" | "Hour" | "Minute"
            | "Second" | "Nanosecond" | "YearDay" | "Weekday" | "String" | "IsZero" | "UTC" | "Local" | "Add"
            | "AddDate",
            _,
        ) => Err("its arguments are of other types".to_owned()),
        _ => Ok(None),
    }
}

/// A method or field of `semver.Version`.
pub(crate) fn version(version: &Rc<Version>, name: &str, args: &[Slot]) -> Member {
    let other = match args {
        [Slot { value: Value::Object(Object::Version(other)), .. }] => Some(other),
        _ => None,
    };
    let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX), IntType::Uint64);
    match (name, other) {
        ("Major", None) => some(number(version.major)),
        ("Minor", None) => some(number(version.minor)),
        ("Patch", None) => some(number(version.patch)),
        ("Prerelease", None) => some(Value::str(&version.pre)),
        ("Metadata", None) => some(Value::str(&version.build)),
        ("Original", None) => some(Value::str(&version.original)),
        ("String", None) => some(Value::str(version.to_string())),
        ("Compare", Some(other)) => some(Value::int(version.order(other) as i64)),
        ("LessThan", Some(other)) => some(Value::Bool(version.order(other).is_lt())),
        ("GreaterThan", Some(other)) => some(Value::Bool(version.order(other).is_gt())),
        ("LessThanEqual", Some(other)) => some(Value::Bool(version.order(other).is_le())),
        ("GreaterThanEqual", Some(other)) => some(Value::Bool(version.order(other).is_ge())),
        ("Equal", Some(other)) => some(Value::Bool(version.order(other).is_eq())),
        ("Compare" | "LessThan" | "GreaterThan" | "LessThanEqual" | "GreaterThanEqual" | "Equal", None) => {
            Err("it takes another version".to_owned())
        }
        _ => Ok(None),
    }
}
