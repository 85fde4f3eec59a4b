//! Scalars as kustomize reads and writes them.
//!
//! It reads with go-yaml v3, which knows fewer special words than Kubernetes does (`yes` is a string), keeps text, tag and
//! quotes apart while it works, and decides only at the end what a scalar is. It then writes with go-yaml v2.

use std::fmt::Write;

use ironsides_tree::Text;

/// What a scalar is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Int,
    Float,
    Time,
    String,
}

impl Tag {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Float => "a number",
            Self::Time => "a date",
            Self::String => "a string",
        }
    }
}

/// A scalar: its text, its tag where it has one, and whether it stands in quotes (or as a block).
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    pub(super) text: Text,
    pub(super) tag: Option<Tag>,
    pub(super) quoted: bool,
}

/// A scalar as it is printed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// A whole number that fits 64 bits, signed or not.
    Int(i128),
    Float(f64),
    String(Text),
}

impl Scalar {
    /// A string.
    pub(super) fn string(text: impl Into<Text>) -> Self {
        Self { text: text.into(), tag: Some(Tag::String), quoted: false }
    }

    /// A text that is yet to become what it looks like.
    pub(super) fn untagged(text: impl Into<Text>) -> Self {
        Self { text: text.into(), tag: None, quoted: false }
    }

    /// An integer.
    pub(super) fn int(value: i64) -> Self {
        Self { text: value.to_string().into(), tag: Some(Tag::Int), quoted: false }
    }

    /// A boolean.
    pub(super) fn bool(value: bool) -> Self {
        Self { text: if value { "true" } else { "false" }.into(), tag: Some(Tag::Bool), quoted: false }
    }

    /// Null.
    pub(super) fn null() -> Self {
        Self { text: "null".into(), tag: Some(Tag::Null), quoted: false }
    }

    /// Whether kustomize takes it for a string (a scalar without tag counts as one).
    pub(super) fn is_string(&self) -> bool {
        matches!(self.tag, None | Some(Tag::String))
    }

    /// What is printed. The error is what the text is and what it was to be.
    pub(super) fn value(&self) -> Result<Value, (Tag, Tag)> {
        let looks = tag_of(&self.text);
        match self.tag {
            Some(Tag::String) => Ok(Value::String(self.text.clone())),
            None if self.quoted => Ok(Value::String(self.text.clone())),
            None => Ok(read(looks, &self.text)),
            Some(tag) if tag == looks && self.quoted => Ok(Value::String(self.text.clone())),
            Some(tag) if tag == looks || (tag == Tag::Float && looks == Tag::Int) => {
                Ok(read(looks, &self.text))
            }
            Some(tag) => Err((looks, tag)),
        }
    }
}

/// What a plain scalar is to go-yaml v3.
pub(super) fn tag_of(text: &str) -> Tag {
    let Some(&first) = text.as_bytes().first() else { return Tag::Null };
    match text {
        "~" | "null" | "Null" | "NULL" => return Tag::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Tag::Bool,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return Tag::Float,
        _ => {}
    }
    match first {
        b'.' if go_float(text).is_some() => Tag::Float,
        b'+' | b'-' | b'0'..=b'9' => {
            if date(text).is_some() {
                return Tag::Time;
            }
            let plain = text.replace('_', "");
            if integer(&plain).is_some() {
                Tag::Int
            } else if is_decimal(&plain) {
                Tag::Float
            } else {
                Tag::String
            }
        }
        _ => Tag::String,
    }
}

fn read(tag: Tag, text: &str) -> Value {
    match tag {
        Tag::Null => Value::Null,
        Tag::Bool => Value::Bool(matches!(text.as_bytes().first(), Some(b't' | b'T'))),
        Tag::String => Value::String(text.into()),
        Tag::Time => Value::String(date(text).unwrap_or_else(|| text.to_owned()).into()),
        Tag::Int => integer(&text.replace('_', "")).map_or_else(|| Value::String(text.into()), Value::Int),
        Tag::Float => {
            let plain = text.replace('_', "");
            let special = match plain.trim_start_matches('+').to_ascii_lowercase().as_str() {
                ".inf" => Some(f64::INFINITY),
                "-.inf" => Some(f64::NEG_INFINITY),
                ".nan" => Some(f64::NAN),
                _ => None,
            };
            special.or_else(|| plain.parse().ok()).map_or_else(|| Value::String(text.into()), whole_or_float)
        }
    }
}

/// What a number is after it went through JSON: 1.0 is 1 there.
#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked to be whole and in range")]
pub(super) fn whole_or_float(value: f64) -> Value {
    let whole = value.is_finite() && value.trunc() == value && value >= -9_223_372_036_854_775_808.0;
    if whole && value < 18_446_744_073_709_551_616.0 {
        Value::Int(value as i128)
    } else {
        Value::Float(value)
    }
}

/// An integer as Go reads it: decimal, `0x`, `0o`, `0b`, or octal after a zero; at most 64 bits.
pub(super) fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let signed = digits.len() != text.len();
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let size = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let value = if negative { -size } else { size };
    let fits = i64::try_from(value).is_ok() || !signed;
    fits.then_some(value)
}

/// Digits with at most one point and an exponent.
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (number, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = match number.split_once('.') {
        Some(("", after)) => !after.is_empty() && digits(after),
        Some((before, after)) => digits(before) && digits(after),
        None => !number.is_empty() && digits(number),
    };
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    number && exponent
}

/// What begins with a point and is a number to Go.
fn go_float(text: &str) -> Option<f64> {
    is_decimal(text).then(|| text.parse().ok()).flatten()
}

/// A date or time that go-yaml knows, as RFC 3339.
pub(super) fn date(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes.iter().take(4).all(u8::is_ascii_digit) || bytes.get(4) != Some(&b'-') {
        return None;
    }
    let (day, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((bytes.get(at)?, &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let year: u32 = parts.next()?.parse().ok()?;
    let month = short(parts.next()?, 12).filter(|&month| month > 0)?;
    let day = short(parts.next()?, days(year, month)).filter(|&day| day > 0)?;
    if parts.next().is_some() {
        return None;
    }
    let mut out = format!("{year:04}-{month:02}-{day:02}T");
    let Some((separator, clock)) = rest else {
        out.push_str("00:00:00Z");
        return Some(out);
    };
    let (clock, zone) = if *separator == b' ' {
        (clock, "Z")
    } else {
        let at = clock.find(['Z', '+', '-'])?;
        (&clock[..at], &clock[at..])
    };
    let (clock, fraction) = match clock.find(['.', ',']) {
        Some(at) => (&clock[..at], &clock[at + 1..]),
        None => (clock, "0"),
    };
    let mut parts = clock.split(':');
    let hour = short(parts.next()?, 23)?;
    let minute = short(parts.next()?, 59)?;
    let second = short(parts.next()?, 59)?;
    if parts.next().is_some() || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    write!(out, "{hour:02}:{minute:02}:{second:02}").ok()?;
    let fraction = fraction.get(..fraction.len().min(9))?.trim_end_matches('0');
    if !fraction.is_empty() {
        write!(out, ".{fraction}").ok()?;
    }
    let offset = |text: &str| {
        let (hours, minutes) = text.get(1..)?.split_once(':')?;
        let digits = |text: &str, most: u32| {
            (text.len() == 2).then(|| text.parse::<u32>().ok()).flatten().filter(|&value| value <= most)
        };
        digits(hours, 24).zip(digits(minutes, 60))
    };
    match zone {
        "Z" => out.push('Z'),
        _ if offset(zone)? == (0, 0) => out.push('Z'),
        _ => out.push_str(zone),
    }
    Some(out)
}

fn short(text: &str, most: u32) -> Option<u32> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten().filter(|&value| value <= most)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number as Go's `%g` writes it with as many digits as needed.
pub(super) fn go_number(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A float as Go's JSON writes it.
pub(super) fn json_number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        let Some((digits, exponent)) = text.split_once('e') else { return text };
        return match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}").replace("e-0", "e-"),
            None => format!("{digits}e+{exponent:0>2}"),
        };
    }
    format!("{value}")
}
