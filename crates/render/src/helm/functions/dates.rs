//! Times and durations. No clock is asked: the present is the one that the options name.

use std::rc::Rc;

use ironsides_core::{duration_text, parse_duration};

use super::Param::{Any, Str, Time as TimeParam};
use super::{Args, Function, Outcome, fixed, give};
use crate::helm::machine::Machine;
use crate::helm::object::Object;
use crate::helm::time::Time;
use crate::helm::value::{IntType, Slot, Value};

const SECOND: i64 = 1_000_000_000;

pub(super) const TABLE: &[Function] = &[
    fixed("now", &[], |m, _, _| give(moment(now(m)))),
    fixed("date", &[Str, Any], |m, _, a| zoned(m, &Args(a).text(0), Args(a).value(1), "UTC")),
    fixed("dateInZone", &[Str, Any, Str], |m, _, a| {
        zoned(m, &Args(a).text(0), Args(a).value(1), &Args(a).text(2))
    }),
    fixed("date_in_zone", &[Str, Any, Str], |m, _, a| {
        zoned(m, &Args(a).text(0), Args(a).value(1), &Args(a).text(2))
    }),
    fixed("htmlDate", &[Any], |m, _, a| zoned(m, "2006-01-02", Args(a).value(0), "UTC")),
    fixed("htmlDateInZone", &[Any, Str], |m, _, a| {
        zoned(m, "2006-01-02", Args(a).value(0), &Args(a).text(1))
    }),
    fixed("dateModify", &[Str, TimeParam], |_, _, a| modify(a, false)),
    fixed("date_modify", &[Str, TimeParam], |_, _, a| modify(a, false)),
    fixed("mustDateModify", &[Str, TimeParam], |_, _, a| modify(a, true)),
    fixed("must_date_modify", &[Str, TimeParam], |_, _, a| modify(a, true)),
    fixed("toDate", &[Str, Str], |_, _, a| {
        give(moment(Time::parse(&Args(a).text(0), &Args(a).text(1)).unwrap_or_else(Time::zero)))
    }),
    fixed("mustToDate", &[Str, Str], |_, _, a| {
        let (layout, text) = (Args(a).text(0), Args(a).text(1));
        let time = Time::parse(&layout, &text)
            .ok_or_else(|| format!("{text:?} is no time in the layout {layout:?}"))?;
        give(moment(time))
    }),
    fixed("unixEpoch", &[TimeParam], |_, _, a| {
        give(Value::str(time_of(Args(a).value(0)).map_or(0, |t| t.seconds()).to_string()))
    }),
    fixed("ago", &[Any], |m, _, a| {
        let then = time_or_now(m, Args(a).value(0));
        let seconds = m.now.saturating_sub(then.seconds());
        give(Value::str(duration_text(seconds.saturating_mul(SECOND))))
    }),
    fixed("duration", &[Any], |_, _, a| {
        let seconds = match Args(a).value(0) {
            Value::Str(text) => text.text.parse().unwrap_or(0),
            Value::Int(value, IntType::Int64) => *value,
            _ => 0,
        };
        give(Value::str(duration_text(seconds.wrapping_mul(SECOND))))
    }),
    fixed("durationRound", &[Any], |m, _, a| {
        let nanos = match Args(a).value(0) {
            Value::Str(text) => parse_duration(&text.text).unwrap_or(0),
            Value::Int(value, IntType::Int64) => *value,
            Value::Object(Object::Time(time)) => m.now.saturating_sub(time.seconds()).saturating_mul(SECOND),
            _ => 0,
        };
        give(Value::str(rounded(nanos.unsigned_abs())))
    }),
    fixed("mustToDuration", &[Any], |_, _, a| {
        give(Value::Int(as_duration(Args(a).value(0))?, IntType::Duration))
    }),
    fixed("durationSeconds", &[Any], |_, _, a| give(Value::Float(parts(a, 1e9)))),
    fixed("durationMinutes", &[Any], |_, _, a| give(Value::Float(parts(a, 60e9)))),
    fixed("durationHours", &[Any], |_, _, a| give(Value::Float(parts(a, 3600e9)))),
    fixed("durationDays", &[Any], |_, _, a| give(Value::Float(parts(a, 3600e9) / 24.0))),
    fixed("durationWeeks", &[Any], |_, _, a| give(Value::Float(parts(a, 3600e9) / 24.0 / 7.0))),
    fixed("durationMilliseconds", &[Any], |_, _, a| give(Value::int64(nanos(a) / 1_000_000))),
    fixed("durationMicroseconds", &[Any], |_, _, a| give(Value::int64(nanos(a) / 1_000))),
    fixed("durationNanoseconds", &[Any], |_, _, a| give(Value::int64(nanos(a)))),
    fixed("durationRoundTo", &[Any, Any], |_, _, a| give(to_multiple(a, true))),
    fixed("durationTruncateTo", &[Any, Any], |_, _, a| give(to_multiple(a, false))),
];

fn moment(time: Time) -> Value {
    Value::Object(Object::Time(Rc::new(time)))
}

fn now(machine: &Machine) -> Time {
    Time::unix(machine.now).unwrap_or_else(Time::zero)
}

fn time_of(value: &Value) -> Option<Time> {
    match value {
        Value::Object(Object::Time(time)) => Some((**time).clone()),
        Value::Int(seconds, IntType::Int | IntType::Int64) => Time::unix(*seconds),
        _ => None,
    }
}

fn time_or_now(machine: &Machine, value: &Value) -> Time {
    time_of(value).unwrap_or_else(|| now(machine))
}

fn zoned(machine: &Machine, layout: &str, value: &Value, zone: &str) -> Outcome {
    let time = time_or_now(machine, value);
    let time = time.in_zone(zone).or_else(|| time.in_zone("UTC")).unwrap_or(time);
    give(Value::str(time.format(layout)))
}

fn modify(args: &[Slot], must: bool) -> Outcome {
    let text = Args(args).text(0);
    match (parse_duration(&text), Args(args).value(1)) {
        (Some(nanos), Value::Object(Object::Time(time))) => {
            give(moment(time.plus(nanos).ok_or("the time is out of range")?))
        }
        (None, _) if must => Err(format!("{text:?} is no duration such as 1h30m").into()),
        _ => Ok(Args(args).slot(1)),
    }
}

fn rounded(nanos: u64) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let unit = units.into_iter().find(|(length, _)| nanos > *length);
    unit.map_or("0s".to_owned(), |(length, name)| format!("{}{name}", nanos / length))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked to be in range")]
fn as_duration(value: &Value) -> Result<i64, String> {
    let seconds = |seconds: f64| {
        let nanos = seconds * 1e9;
        if nanos.is_finite() && nanos.abs() < i64::MAX as f64 {
            Ok(nanos as i64)
        } else {
            Err("the duration is too long".to_owned())
        }
    };
    match value {
        Value::Int(nanos, IntType::Duration) => Ok(*nanos),
        Value::Int(value, _) => {
            value.checked_mul(SECOND).ok_or_else(|| "the duration is too long".to_owned())
        }
        Value::Float(value) => seconds(*value),
        Value::Str(text) => {
            let text = text.text.trim();
            match (parse_duration(text), text.parse()) {
                (Some(nanos), _) => Ok(nanos),
                (None, Ok(value)) => seconds(value),
                _ => Err(format!("{text:?} is no duration such as 1h30m")),
            }
        }
        other => Err(format!("a {} is no duration", other.type_name())),
    }
}

fn nanos(args: &[Slot]) -> i64 {
    as_duration(Args(args).value(0)).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "as Go does")]
fn parts(args: &[Slot], unit: f64) -> f64 {
    nanos(args) as f64 / unit
}

fn to_multiple(args: &[Slot], round: bool) -> Value {
    let give = |nanos| Value::Int(nanos, IntType::Duration);
    let Ok(value) = as_duration(Args(args).value(0)) else { return give(0) };
    let Ok(unit @ 1..) = as_duration(Args(args).value(1)) else { return give(value) };
    let rest = value % unit;
    let down = value - rest;
    if round && rest.unsigned_abs() >= unit.unsigned_abs() - rest.unsigned_abs() {
        return give(down.saturating_add(unit * value.signum()));
    }
    give(down)
}
