//! Numbers.

use super::Param::{Any, Float, Int};
use super::{Args, Function, Outcome, fixed, give, variadic};
use crate::helm::print;
use crate::helm::template::unquote;
use crate::helm::value::{Slot, Value};

pub(super) const TABLE: &[Function] = &[
    fixed("int", &[Any], |_, _, a| give(Value::int(to_int(Args(a).value(0))))),
    fixed("int64", &[Any], |_, _, a| give(Value::int64(to_int(Args(a).value(0))))),
    fixed("float64", &[Any], |_, _, a| give(Value::Float(to_float(Args(a).value(0))))),
    fixed("atoi", &[super::Param::Str], |_, _, a| give(Value::int(Args(a).text(0).parse().unwrap_or(0)))),
    fixed("toDecimal", &[Any], |_, _, a| {
        give(Value::int64(i64::from_str_radix(&print::display(Args(a).value(0)), 8).unwrap_or(0)))
    }),
    variadic("add", &[Any], |_, _, a| give(Value::int64(ints(a).fold(0, i64::wrapping_add)))),
    fixed("add1", &[Any], |_, _, a| give(Value::int64(to_int(Args(a).value(0)).wrapping_add(1)))),
    fixed("sub", &[Any, Any], |_, _, a| {
        give(Value::int64(to_int(Args(a).value(0)).wrapping_sub(to_int(Args(a).value(1)))))
    }),
    variadic("mul", &[Any, Any], |_, _, a| give(Value::int64(ints(a).fold(1, i64::wrapping_mul)))),
    fixed("div", &[Any, Any], |_, _, a| match to_int(Args(a).value(1)) {
        0 => Err("a number cannot be divided by 0".into()),
        by => give(Value::int64(to_int(Args(a).value(0)).wrapping_div(by))),
    }),
    fixed("mod", &[Any, Any], |_, _, a| match to_int(Args(a).value(1)) {
        0 => Err("a number cannot be divided by 0".into()),
        by => give(Value::int64(to_int(Args(a).value(0)).wrapping_rem(by))),
    }),
    variadic("max", &[Any, Any], |_, _, a| give(Value::int64(ints(a).max().unwrap_or(0)))),
    variadic("biggest", &[Any, Any], |_, _, a| give(Value::int64(ints(a).max().unwrap_or(0)))),
    variadic("min", &[Any, Any], |_, _, a| give(Value::int64(ints(a).min().unwrap_or(0)))),
    variadic("maxf", &[Any, Any], |_, _, a| give(Value::Float(floats(a).fold(f64::NEG_INFINITY, f64::max)))),
    variadic("minf", &[Any, Any], |_, _, a| give(Value::Float(floats(a).fold(f64::INFINITY, f64::min)))),
    variadic("addf", &[Any], |_, _, a| give(Value::Float(sum(0.0, a)))),
    fixed("add1f", &[Any], |_, _, a| give(Value::Float(sum(1.0, a)))),
    variadic("subf", &[Any, Any], |_, _, a| {
        give(Value::Float(folded(a, |x, y| x.plus(y, -1), |x, y| x - y)))
    }),
    variadic("mulf", &[Any, Any], |_, _, a| give(Value::Float(folded(a, Decimal::times, |x, y| x * y)))),
    variadic("divf", &[Any, Any], |_, _, a| {
        if floats(a).skip(1).any(|by| by == 0.0) {
            return Err("a number cannot be divided by 0".into());
        }
        give(Value::Float(folded(a, Decimal::over, |x, y| x / y)))
    }),
    fixed("floor", &[Any], |_, _, a| give(Value::Float(to_float(Args(a).value(0)).floor()))),
    fixed("ceil", &[Any], |_, _, a| give(Value::Float(to_float(Args(a).value(0)).ceil()))),
    variadic("round", &[Any, Int, Float], |_, _, a| give(Value::Float(round(a)))),
    fixed("until", &[Int], |_, _, a| {
        let count = Args(a).int(0);
        steps(0, count, if count < 0 { -1 } else { 1 })
    }),
    fixed("untilStep", &[Int, Int, Int], |_, _, a| steps(Args(a).int(0), Args(a).int(1), Args(a).int(2))),
    variadic("seq", &[Int], |_, _, a| seq(a)),
    fixed("randInt", &[Int, Int], |_, _, a| {
        if Args(a).int(1) <= Args(a).int(0) {
            return Err("the second number has to be larger than the first".into());
        }
        give(Value::int(Args(a).int(0)))
    }),
];

fn ints(args: &[Slot]) -> impl Iterator<Item = i64> {
    args.iter().map(|slot| to_int(&slot.value))
}

fn floats(args: &[Slot]) -> impl Iterator<Item = f64> {
    args.iter().map(|slot| to_float(&slot.value))
}

/// A value as a whole number; 0 for what is none, as `github.com/spf13/cast` has it.
#[expect(clippy::cast_possible_truncation, reason = "as Go does")]
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(value, _) => *value,
        // What does not fit is the least number, as on the processors that Helm mostly runs on.
        Value::Float(value) if value.abs() >= 9_223_372_036_854_775_808.0 || value.is_nan() => i64::MIN,
        Value::Float(value) => *value as i64,
        Value::Bool(value) => i64::from(*value),
        Value::Str(text) => {
            let text = text.text.as_str();
            // What looks like a decimal number is cut at the point.
            let whole = match text.split_once('.') {
                Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
                _ => text,
            };
            unquote::int(whole).unwrap_or(0)
        }
        _ => 0,
    }
}

/// A value as a float; 0 for what is none.
#[expect(clippy::cast_precision_loss, reason = "as Go does")]
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(value, _) => *value as f64,
        Value::Float(value) => *value,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Str(text) => text.text.parse().unwrap_or(0.0),
        _ => 0.0,
    }
}

/// A decimal number: digits and the power of ten that they count. sprig reckons with these, so that 0.1 and 0.2 are
/// 0.3.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    power: i32,
}

impl Decimal {
    fn of(value: f64) -> Option<Self> {
        let text = format!("{value:e}");
        let (mantissa, power) = text.split_once('e')?;
        let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = mantissa.replace('.', "").parse().ok()?;
        Some(Self { digits, power: power.parse::<i32>().ok()? - i32::try_from(fraction).ok()? })
    }

    fn float(self) -> f64 {
        format!("{}e{}", self.digits, self.power).parse().unwrap_or(0.0)
    }

    fn scaled(self, power: i32) -> Option<i128> {
        let by = u32::try_from(self.power - power).ok()?;
        self.digits.checked_mul(10_i128.checked_pow(by)?)
    }

    fn plus(self, other: Self, sign: i128) -> Option<Self> {
        let power = self.power.min(other.power);
        let digits = self.scaled(power)?.checked_add(other.scaled(power)?.checked_mul(sign)?)?;
        Some(Self { digits, power })
    }

    fn times(self, other: Self) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(other.digits)?, power: self.power + other.power })
    }

    /// The quotient, with sixteen digits behind the point.
    fn over(self, other: Self) -> Option<Self> {
        let by = u32::try_from(self.power - other.power + 17).ok()?;
        let more = self.digits.checked_mul(10_i128.checked_pow(by)?)?.checked_div(other.digits)?;
        let rounded = (more + 5 * more.signum()) / 10;
        Some(Self { digits: rounded, power: -16 })
    }
}

type Exact = fn(Decimal, Decimal) -> Option<Decimal>;

fn reckon(a: f64, b: f64, exact: Exact, plain: fn(f64, f64) -> f64) -> f64 {
    let decimals = Decimal::of(a).zip(Decimal::of(b));
    decimals.and_then(|(a, b)| exact(a, b)).map_or_else(|| plain(a, b), Decimal::float)
}

fn sum(start: f64, args: &[Slot]) -> f64 {
    floats(args).fold(start, |sum, value| reckon(sum, value, |a, b| a.plus(b, 1), |a, b| a + b))
}

fn folded(args: &[Slot], exact: Exact, plain: fn(f64, f64) -> f64) -> f64 {
    let mut values = floats(args);
    let first = values.next().unwrap_or(0.0);
    values.fold(first, |sum, value| reckon(sum, value, exact, plain))
}

fn round(args: &[Slot]) -> f64 {
    let on = if args.len() > 2 { Args(args).float(2) } else { 0.5 };
    let scale = 10_f64.powf(to_float(Args(args).value(1)));
    let digit = scale * to_float(Args(args).value(0));
    let rounded = if digit.fract() >= on { digit.ceil() } else { digit.floor() };
    rounded / scale
}

/// The most numbers that one call gives.
const MOST: u64 = 1_000_000;

fn stepped(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, String> {
    if (stop < start && step >= 0) || (stop >= start && step <= 0) {
        return Ok(Vec::new());
    }
    if start.abs_diff(stop) / step.unsigned_abs() > MOST {
        return Err(format!("it would give more than {MOST} numbers"));
    }
    let mut at = start;
    let mut all = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        all.push(at);
        at = at.saturating_add(step);
    }
    Ok(all)
}

fn steps(start: i64, stop: i64, step: i64) -> Outcome {
    give(Value::ints(stepped(start, stop, step)?))
}

fn seq(args: &[Slot]) -> Outcome {
    let at = |at| Args(args).int(at);
    let (start, step, end) = match args.len() {
        1 => (1, if at(0) < 1 { -1 } else { 1 }, at(0)),
        2 => (at(0), if at(1) < at(0) { -1 } else { 1 }, at(1)),
        3 => (at(0), at(1), at(2)),
        _ => return give(Value::str("")),
    };
    let increment = if end < start { -1 } else { 1 };
    if args.len() == 3 && end < start && step > 0 {
        return give(Value::str(""));
    }
    let numbers = stepped(start, end.saturating_add(increment), step)?;
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    give(Value::str(words.join(" ")))
}
