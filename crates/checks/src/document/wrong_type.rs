//! A value that the API server refuses.

use ironsides_schema::FaultKind;
use ironsides_tree::edit::Edit;
use ironsides_tree::{Node, Span, Text, Value};

use super::{excused, find};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wrong-type",
        title: "value does not fit the type of its field",
        severity: Severity::High,
        family: "document",
        since: "0.1.0",
        page: include_str!("wrong_type.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(object) {
        return out.not_applicable(why);
    }
    for fault in out.faults() {
        let field = field(&fault.path);
        let message = match fault.kind {
            FaultKind::UnknownField { .. } | FaultKind::MissingField { .. } => continue,
            FaultKind::WrongType { expected, found } => {
                let is_scalar = matches!(found, "boolean" | "integer" | "number");
                // The data of a Secret wants base64, which quotes alone do not make.
                let quotes = is_scalar && expected == "string" && object.reference().kind != "Secret";
                let advice = if quotes { "; quote it" } else { "" };
                format!("{field} is {} but must be {}{advice}", article(found), article(expected))
            }
            FaultKind::OutOfRange { bits: 8 } => format!("{field} is not between 0 and 255"),
            FaultKind::OutOfRange { bits } => format!("{field} does not fit in {bits} bits"),
            FaultKind::BadQuantity => quantity(field, object.written(fault.span).unwrap_or_default()),
            FaultKind::BadTime => format!("{field} is not an RFC 3339 time such as 2026-01-31T12:00:00Z"),
            FaultKind::BadBase64 => format!("{field} is not base64"),
        };
        let finding = out.fail_at(fault.path.as_str(), fault.span, message);
        if let FaultKind::WrongType { expected, .. } = fault.kind
            && let Some((summary, value)) = meant(object, fault.span, expected)
        {
            // Nothing can rely on an object that no server takes.
            finding.safe_fix(summary, || {
                let path = find(object, fault.span, &|node: &Node| node.span() == fault.span);
                path.map(|path| Edit::set(&path, value))
            });
        }
    }
}

/// The value that a scalar of the wrong type can only stand for: a number or boolean in quotes where a string belongs,
/// one without where none does.
fn meant(object: &Object, span: Span, expected: &str) -> Option<(&'static str, Node)> {
    let written = object.written(span)?;
    if expected == "string" {
        // The data of a Secret wants base64, which quotes alone do not make.
        let is_plain =
            object.reference().kind != "Secret" && !written.starts_with(['"', '\'', '{', '[', '!', '&', '*']);
        return (is_plain && !written.contains(['\n', '#']))
            .then(|| ("quote it", Node::bare(Value::String(Text::new(written)))));
    }
    let inner = written.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
    let value = match (expected, inner) {
        ("boolean", "true") => Value::Bool(true),
        ("boolean", "false") => Value::Bool(false),
        ("integer", digits) => Value::Int(digits.parse().ok()?),
        _ => return None,
    };
    Some(("take its quotes away", Node::bare(value)))
}

/// The last field of a path, with the index behind it: `args[0]` of `spec.containers[0].args[0]`.
fn field(path: &str) -> &str {
    // A bracket may hold a key with dots in it; those end no field.
    let (mut start, mut inside) = (0, false);
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            b'.' if !inside => start = at + 1,
            _ => {}
        }
    }
    &path[start..]
}

/// The longest text that a message repeats.
const REPEATED: usize = 32;

/// What is said of a text that is no quantity.
fn quantity(field: &str, written: &str) -> String {
    let text = written.trim_matches(['"', '\'']);
    // An alias may bring in anything; only what begins as an amount does is repeated.
    if text.len() > REPEATED || !text.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("{field} is not a quantity such as 500m or 512Mi");
    }
    let meant = match amount(text) {
        Some((amount, "k", false)) => format!("; did you mean {amount}k or {amount}Ki?"),
        Some((amount, "k", true)) => format!("; did you mean {amount}Ki?"),
        Some((amount, unit, false)) => {
            let unit = unit.to_ascii_uppercase();
            format!("; did you mean {amount}{unit} or {amount}{unit}i?")
        }
        Some((amount, unit, true)) => format!("; did you mean {amount}{}i?", unit.to_ascii_uppercase()),
        None => String::new(),
    };
    format!("\"{text}\" is not a quantity{meant}")
}

/// Takes `512MB` and the like apart: the amount, the unit in a small letter, and whether it counts in 1024s.
fn amount(text: &str) -> Option<(&str, &'static str, bool)> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (amount, suffix) = text.split_at_checked(digits).filter(|(amount, _)| !amount.is_empty())?;
    let suffix = suffix.trim().to_ascii_lowercase();
    let (unit, binary) = match suffix.trim_end_matches('b') {
        unit if unit.ends_with('i') => (&unit[..unit.len() - 1], true),
        unit => (unit, false),
    };
    let unit = ["k", "m", "g", "t", "p"].into_iter().find(|known| *known == unit)?;
    Some((amount, unit, binary))
}

/// `an integer or string`
fn article(shape: &str) -> String {
    match shape {
        "null" => shape.to_owned(),
        _ if shape.starts_with('i') => format!("an {shape}"),
        _ => format!("a {shape}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_last_field() {
        assert_eq!(field("spec.minReplicas"), "minReplicas");
        assert_eq!(field("spec.containers[0].args[1]"), "args[1]");
        assert_eq!(field("metadata.labels[example.com/a]"), "labels[example.com/a]");
        assert_eq!(field("kind"), "kind");
    }

    #[test]
    fn quantities_that_were_meant() {
        let said = |text| quantity("memory", text);
        assert_eq!(said("512MB"), "\"512MB\" is not a quantity; did you mean 512M or 512Mi?");
        assert_eq!(said("\"1 GiB\""), "\"1 GiB\" is not a quantity; did you mean 1Gi?");
        assert_eq!(said("64K"), "\"64K\" is not a quantity; did you mean 64k or 64Ki?");
        assert_eq!(said("64kib"), "\"64kib\" is not a quantity; did you mean 64Ki?");
        assert_eq!(said("1.2.3"), "\"1.2.3\" is not a quantity");
        assert_eq!(said("ten"), "memory is not a quantity such as 500m or 512Mi");
    }
}
