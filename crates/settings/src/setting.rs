//! One setting, as it is in force.

use std::borrow::Cow;

use ironsides_core::duration_seconds;
use ironsides_tree::{Node, Value};

use crate::component::Component;
use crate::place::Place;

/// One setting of a component: what is in force, and what made it so.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// What it is called: a flag without dashes, a variable, a path in a configuration.
    pub key: String,
    /// The value as written, `None` where nothing was.
    pub raw: Option<String>,
    /// The value in force; `None` where nothing is set and there is no default.
    pub value: Option<Node>,
    /// The rule that made the value so, where it is not simply what was written: a default, a zero that is replaced.
    pub rule: Option<Cow<'static, str>>,
    /// Where it stands, or where it would.
    pub place: Place,
    /// Where the value stands, where that is a word of its own.
    pub value_place: Option<Place>,
    /// What was written elsewhere and does not count, the weakest first.
    pub overruled: Vec<(String, Place)>,
}

/// Why nothing can be said of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsure {
    /// What cannot be told, and why, in one sentence.
    pub message: String,
    /// What is missing and how to supply it.
    pub missing: String,
    /// Where it stands, or would.
    pub place: Place,
}

impl Setting {
    /// What it is called where it is written: a flag with its dashes.
    pub fn name(&self) -> String {
        let is_flag = Component::ALL.iter().any(|component| component.flag(&self.key).is_some());
        if is_flag { format!("--{}", self.key) } else { self.key.clone() }
    }

    /// Whether anything was written.
    pub fn is_given(&self) -> bool {
        self.raw.is_some()
    }

    /// The value in force as text; `None` where there is none, or an empty one, or a list or map.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        let text: Cow<'_, str> = match self.value.as_ref()?.value() {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            Value::Bool(value) => Cow::Owned(value.to_string()),
            Value::Int(value) => Cow::Owned(value.to_string()),
            Value::Float(value) => Cow::Owned(value.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Whether a switch is on; `None` where there is no value, or none that a switch takes (Go's `strconv.ParseBool`).
    pub fn is_on(&self) -> Option<bool> {
        match self.value.as_ref()?.value() {
            Value::Bool(value) => Some(*value),
            Value::String(text) => parse_bool(text),
            _ => None,
        }
    }

    /// The value as a number, as Go reads those of flags.
    pub fn number(&self) -> Option<f64> {
        match self.value.as_ref()?.value() {
            #[expect(clippy::cast_precision_loss, reason = "no setting is that large")]
            Value::Int(value) => Some(*value as f64),
            Value::Float(value) => Some(*value),
            Value::String(text) => parse_number(text),
            _ => None,
        }
    }

    /// The value as a whole number, as Go reads those of flags for integers: `30.5` and `1e9` are none.
    pub fn integer(&self) -> Option<f64> {
        match self.value.as_ref()?.value() {
            Value::String(text) if !is_integer(text) => None,
            _ => self.number().filter(|number| number.fract() == 0.0),
        }
    }

    /// The value as a list: its items, or what stands between commas. Empty where there is no value.
    pub fn list(&self) -> Vec<String> {
        match self.value.as_ref().map(Node::value) {
            Some(Value::List(items)) => {
                items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            }
            Some(Value::String(text)) if !text.is_empty() => {
                text.split(',').map(|item| item.trim().to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value of a key in a map, or in `key=value` pairs between commas; of several the last counts.
    pub fn pair(&self, key: &str) -> Option<String> {
        match self.value.as_ref()?.value() {
            Value::Map(map) => match map.get(key)?.value() {
                Value::String(text) => Some(text.as_str().to_owned()),
                Value::Bool(value) => Some(value.to_string()),
                Value::Int(value) => Some(value.to_string()),
                _ => None,
            },
            Value::String(text) => {
                let mut pairs = text.rsplit(',').filter_map(|pair| pair.split_once('='));
                pairs.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().to_owned())
            }
            _ => None,
        }
    }

    /// The value as a length of time in seconds, as Go's `time.ParseDuration` reads it: `4h0m0s`, `500ms`, `0`.
    pub fn seconds(&self) -> Option<f64> {
        match self.value.as_ref()?.value() {
            Value::String(text) => duration_seconds(text),
            Value::Int(0) => Some(0.0),
            _ => None,
        }
    }
}

/// The words of Go's `strconv.ParseBool`.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A number as flags have it: digits, Go's prefixes and `_` for integers, a point.
pub fn parse_number(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    let (sign, digits) = plain.strip_prefix('-').map_or((1.0, &*plain), |digits| (-1.0, digits));
    let prefixed = |prefix: &str, radix| {
        digits.strip_prefix(prefix).and_then(|digits| u32::from_str_radix(digits, radix).ok())
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let octal = || prefixed("0o", 8).or_else(|| prefixed("0", 8));
    match prefixed("0x", 16).or_else(|| prefixed("0b", 2)).or_else(octal) {
        Some(number) => Some(sign * f64::from(number)),
        None => digits.parse::<f64>().ok().map(|number| sign * number),
    }
}

/// Whether a text is a whole number to Go's `strconv.ParseInt` with base 0.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.split_at_checked(2) {
        Some(("0x", rest)) => (rest, 16),
        Some(("0o", rest)) => (rest, 8),
        Some(("0b", rest)) => (rest, 2),
        _ => match lower.strip_prefix('0') {
            Some(rest) if !rest.is_empty() => (rest, 8),
            _ => (&*lower, 10),
        },
    };
    i64::from_str_radix(&digits.replace('_', ""), radix).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_go() {
        for (text, expected) in [
            ("30", Some(30.0)),
            ("0", Some(0.0)),
            ("-1", Some(-1.0)),
            ("0x1e", Some(30.0)),
            ("0o36", Some(30.0)),
            ("036", Some(30.0)),
            ("1_000", Some(1000.0)),
            ("0.5", Some(0.5)),
            ("30d", None),
            ("inf", None),
            ("", None),
        ] {
            assert_eq!(parse_number(text), expected, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_those_of_go() {
        for text in ["30", "0", "-1", "+5", "0x1e", "0X1E", "0o36", "036", "0b11", "1_000", "99999999999999"]
        {
            assert!(is_integer(text), "{text}");
        }
        for text in ["30.5", "1e9", "30d", "", "-", "0x", "08", "1.", "99999999999999999999", " 1"] {
            assert!(!is_integer(text), "{text}");
        }
    }
}
