//! What a plain YAML scalar means to Kubernetes.
//!
//! kubectl and the API server read YAML with a fork of go-yaml v2 (`sigs.k8s.io/yaml/goyaml.v2`, `resolve.go`), which
//! follows YAML 1.1 where most other tools follow 1.2: `yes`, `on` and even `y` are booleans, `0644` and
//! `0o644` are octal, `1_000` is a number. A scanner that reads `privileged: yes` as a string misses it.

use std::borrow::Cow;

use crate::node::{Text, Value};

/// What an unquoted, untagged scalar resolves to. Dates stay strings, as they do on their way to JSON.
pub fn resolve(text: &str) -> Value {
    let Some(&first) = text.as_bytes().first() else { return Value::Null };
    let known = match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => word(text).or_else(|| dotted(text)),
        b'+' | b'-' | b'0'..=b'9' => word(text).or_else(|| number(text)),
        _ => None,
    };
    known.unwrap_or_else(|| Value::String(Text::new(text)))
}

/// Whether a string must be quoted in YAML so that Kubernetes reads it back as that string.
pub fn is_ambiguous(text: &str) -> bool {
    text == "<<" || !matches!(resolve(text), Value::String(_))
}

/// The scalar's meaning under an explicit core tag (`!!str`, `!!int`, …), or `None` where the text does not fit
/// it. Tags that are not for scalars make strings. Of a date only the year is looked at.
pub fn tagged(tag: &str, text: &str) -> Option<Value> {
    match tag {
        "null" => (text.is_empty() || matches!(word(text), Some(Value::Null))).then_some(Value::Null),
        "bool" => word(text).filter(|value| matches!(value, Value::Bool(_))),
        "int" => Some(resolve(text))
            .filter(|value| !matches!(value, Value::String(_)) && integer(&plain(text)).is_some()),
        "float" => match resolve(text) {
            #[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
            Value::Int(value) => Some(Value::Float(value as f64)),
            value @ Value::Float(_) => integer(&plain(text)).is_none().then_some(value),
            _ => None,
        },
        "timestamp" => {
            let date = text
                .as_bytes()
                .get(..5)
                .is_some_and(|start| start[..4].iter().all(u8::is_ascii_digit) && start[4] == b'-');
            date.then(|| Value::String(Text::new(text)))
        }
        "binary" => binary(text).map(|bytes| Value::String(Text::from(bytes))),
        _ => Some(Value::String(Text::new(text))),
    }
}

/// What base64 stands for, as a string; bytes that are no UTF-8 are replaced one by one, as Go does.
fn binary(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut digits = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).peekable();
    while digits.peek().is_some() {
        let mut group = [0; 4];
        let mut count = 0;
        let mut padding = 0;
        for place in &mut group {
            *place = match digits.next()? {
                byte @ b'A'..=b'Z' => byte - b'A',
                byte @ b'a'..=b'z' => byte - b'a' + 26,
                byte @ b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' if count >= 2 => {
                    padding += 1;
                    continue;
                }
                _ => return None,
            };
            if padding > 0 {
                return None;
            }
            count += 1;
        }
        let [a, b, c, d] = group;
        bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d].into_iter().take(count - 1));
        if padding > 0 && digits.peek().is_some() {
            return None;
        }
    }
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Some(decoded)
}

/// The words YAML 1.1 reserves.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// A number's text without underscores, which go-yaml drops wherever they stand.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

/// Integers, then decimal floats.
fn number(text: &str) -> Option<Value> {
    let plain = plain(text);
    integer(&plain).or_else(|| float(&plain))
}

/// Integers as Go's `strconv.ParseInt` with base 0 and then `ParseUint` read them, and go-yaml's own `0b-11`.
fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (Some('-'), &text[1..]),
        b'+' => (Some('+'), &text[1..]),
        _ => (None, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b', b'+' | b'-', ..] if sign.is_none() => {
            let rest = &digits[2..];
            let doubled = rest[1..].starts_with(['+', '-']);
            return i64::from_str_radix(rest, 2).ok().filter(|_| !doubled).map(Value::Int);
        }
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // A second sign is not a number, though `from_str_radix` would take it.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        Some('-') => 0i64.checked_sub_unsigned(magnitude).map(Value::Int),
        Some(_) => i64::try_from(magnitude).ok().map(Value::Int),
        #[expect(clippy::cast_precision_loss, reason = "beyond i64 Kubernetes keeps a float64 too")]
        None => Some(i64::try_from(magnitude).map_or(Value::Float(magnitude as f64), Value::Int)),
    }
}

/// A float that begins with a dot. Go reads these as in its own source, where an underscore stands between digits.
fn dotted(text: &str) -> Option<Value> {
    if !text.contains('_') {
        return float(text);
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let placed =
        bytes.iter().enumerate().all(|(at, &byte)| byte != b'_' || at > 0 && digit(at - 1) && digit(at + 1));
    placed.then(|| float(&text.replace('_', "")))?
}

/// Decimal floats: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    let scaled = exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    if !well_formed || !scaled {
        return None;
    }
    // Rust wants no `+` before the number, and takes `1.` and `.5` as they are.
    text.strip_prefix('+')
        .unwrap_or(text)
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .map(Value::Float)
}

/// The text a scalar key becomes: Kubernetes turns every map key into a JSON string, so `on` becomes `true`
/// and `0x10` becomes `16`. `None` for null, which it refuses.
pub fn key(value: &Value) -> Option<Text> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => Text::new(if *value { "true" } else { "false" }),
        Value::Int(value) => Text::from(value.to_string()),
        Value::Float(value) => Text::from(float_key(*value)),
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    })
}

/// A float as a key: what Go's `FormatFloat(value, 'g', -1, 32)` prints, single precision included.
#[expect(clippy::cast_possible_truncation, reason = "Kubernetes cuts such keys to single precision")]
fn float_key(value: f64) -> String {
    let value = value as f32;
    if value.is_nan() {
        return ".nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let power: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..6).contains(&power) {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", power.abs());
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Node;

    fn reads(text: &str, value: Value) {
        assert_eq!(Node::bare(resolve(text)), Node::bare(value), "{text:?}");
    }

    #[test]
    fn words_are_yaml_1_1() {
        for text in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            reads(text, Value::Bool(true));
        }
        for text in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            reads(text, Value::Bool(false));
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            reads(text, Value::Null);
        }
        for text in ["yEs", "tRUE", "nULL", "nothing", "oN", "-", "+", ".", "..", "-.", "~x"] {
            reads(text, Value::from(text));
        }
    }

    #[test]
    fn numbers_are_go_s() {
        for (text, value) in [
            ("0644", 420),
            ("0o644", 420),
            ("010", 8),
            ("0x1E", 30),
            ("0b11", 3),
            ("1_000", 1000),
            ("-0x10", -16),
            ("+7", 7),
            ("0", 0),
            ("-9223372036854775808", i64::MIN),
        ] {
            reads(text, Value::Int(value));
        }
        for (text, value) in [
            ("1e2", 100.0),
            ("30.0", 30.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1E-3", 0.001),
            ("+1.5", 1.5),
            ("18446744073709551615", 1.844_674_407_370_955_2e19),
            ("12345678901234567890123", 1.234_567_890_123_456_8e22),
        ] {
            reads(text, Value::Float(value));
        }
        for text in [
            "2001-01-01",
            "12:30:45",
            "1.2.3",
            "0x",
            "0b2",
            "1e",
            "--1",
            "+-1",
            "1 000",
            "1,000",
            "0o9",
            "1.2e",
            "e3",
            "-e3",
        ] {
            reads(text, Value::from(text));
        }
        // A leading zero with a digit octal does not have is a decimal float to go-yaml.
        reads("089", Value::Float(89.0));
    }

    #[test]
    fn keys_become_json_strings() {
        for (text, becomes) in [("on", "true"), ("0x10", "16"), ("1.5", "1.5"), ("no", "false"), ("a", "a")] {
            assert_eq!(key(&resolve(text)).as_deref(), Some(becomes));
        }
        assert_eq!(key(&Value::Null), None);
    }
}
