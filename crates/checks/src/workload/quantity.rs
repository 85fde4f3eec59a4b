//! Amounts: `100m`, `1.5`, `512Mi`, `2e3`.

use ironsides_tree::{Cursor, Node, Value};

/// A billionth: the smallest amount there is.
const NANO: i128 = 1_000_000_000;

/// An amount in billionths, rounded up as the server does. `None` where there is none, and for what the server would
/// refuse.
pub(crate) fn nanos(at: &Cursor<'_>) -> Option<i128> {
    match at.node().map(Node::value)? {
        Value::Int(number) => i128::from(*number).checked_mul(NANO),
        Value::Float(number) => parse(&number.to_string()),
        Value::String(text) => parse(text.trim()),
        _ => None,
    }
}

fn parse(text: &str) -> Option<i128> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && part.is_empty() || part.contains('.') {
        return None;
    }
    // Mantissa without its point, and how many digits stood behind it.
    let digits: i128 = [whole, part].concat().parse().ok()?;
    let places = i32::try_from(part.len()).ok()?;
    let (factor, tens) = scale(suffix)?;
    let value = digits.checked_mul(factor)?;
    let tens = tens.checked_add(9)?.checked_sub(places)?;
    let power = 10i128.checked_pow(tens.unsigned_abs())?;
    let nanos = if tens < 0 {
        value.checked_add(power - 1)?.checked_div(power)?
    } else {
        value.checked_mul(power)?
    };
    Some(if negative { -nanos } else { nanos })
}

/// What a suffix stands for: a factor, and a power of ten.
fn scale(suffix: &str) -> Option<(i128, i32)> {
    let tens = |tens| Some((1, tens));
    let twos = |power: u32| Some((1i128 << power, 0));
    match suffix {
        "n" => tens(-9),
        "u" => tens(-6),
        "m" => tens(-3),
        "" => tens(0),
        "k" => tens(3),
        "M" => tens(6),
        "G" => tens(9),
        "T" => tens(12),
        "P" => tens(15),
        "E" => tens(18),
        "Ki" => twos(10),
        "Mi" => twos(20),
        "Gi" => twos(30),
        "Ti" => twos(40),
        "Pi" => twos(50),
        "Ei" => twos(60),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            (-24..=24).contains(&exponent).then_some((1, exponent))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_the_server_reads_them() {
        for (text, expected) in [
            ("1", Some(NANO)),
            ("0.1", Some(NANO / 10)),
            ("100m", Some(NANO / 10)),
            (".5", Some(NANO / 2)),
            ("5.", Some(5 * NANO)),
            ("1.5Gi", Some(1536 * 1024 * 1024 * NANO)),
            ("1024Mi", Some(1 << 30).map(|bytes: i128| bytes * NANO)),
            ("1G", Some(NANO * NANO)),
            ("2e3", Some(2000 * NANO)),
            ("2E3", Some(2000 * NANO)),
            ("1e-9", Some(1)),
            ("1n", Some(1)),
            ("0.1n", Some(1)),
            ("-1", Some(-NANO)),
            ("+1k", Some(1000 * NANO)),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("1 Gi", None),
            ("1gi", None),
            ("1e99", None),
            ("Gi", None),
            ("99999999999999999999999999999999999999999999", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
