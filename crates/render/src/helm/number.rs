//! Numbers as Go writes them.

/// The shortest digits that stand for a float, and the exponent of the first: `1.5e3` is `("15", 3)`.
fn shortest(value: f64) -> (String, i32) {
    let text = format!("{:e}", value.abs());
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        None
    }
}

fn sign(value: f64) -> &'static str {
    if value.is_sign_negative() { "-" } else { "" }
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(digits.len().min(1));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.abs())
}

fn plain(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    }
    let whole = usize::try_from(exponent).unwrap_or(0) + 1;
    if digits.len() <= whole {
        format!("{digits}{}", "0".repeat(whole - digits.len()))
    } else {
        let (whole, fraction) = digits.split_at(whole);
        format!("{whole}.{fraction}")
    }
}

/// `%v` of a float, which is `strconv.FormatFloat(value, 'g', -1, 64)`: with an exponent from a million on.
pub(crate) fn general(value: f64) -> String {
    if let Some(special) = special(value) {
        return special.to_owned();
    }
    let (digits, exponent) = shortest(value);
    let body =
        if (-4..6).contains(&exponent) { plain(&digits, exponent) } else { with_exponent(&digits, exponent) };
    format!("{}{body}", sign(value))
}

/// A float as `encoding/json` writes it.
pub(crate) fn json(value: f64) -> String {
    let (digits, exponent) = shortest(value);
    if value == 0.0 {
        return format!("{}0", sign(value));
    }
    let body = if (-6..21).contains(&exponent) {
        plain(&digits, exponent)
    } else {
        let text = with_exponent(&digits, exponent);
        // 1e-09 becomes 1e-9.
        match text.split_once("e-0") {
            Some((mantissa, exponent)) if !exponent.is_empty() => format!("{mantissa}e-{exponent}"),
            _ => text,
        }
    };
    format!("{}{body}", sign(value))
}

/// `%e` and `%E`, `%f`, `%g` with a precision; 6 for the first two unless one is given.
pub(crate) fn format(value: f64, verb: char, precision: Option<usize>) -> String {
    if let Some(special) = special(value) {
        return special.to_owned();
    }
    let lower = verb.to_ascii_lowercase();
    let text = match lower {
        'f' => format!("{:.*}", precision.unwrap_or(6), value),
        'e' => {
            let text = format!("{:.*e}", precision.unwrap_or(6), value);
            match text.split_once('e') {
                Some((mantissa, exponent)) => {
                    let exponent: i32 = exponent.parse().unwrap_or(0);
                    let sign = if exponent < 0 { '-' } else { '+' };
                    format!("{mantissa}e{sign}{:02}", exponent.abs())
                }
                None => text,
            }
        }
        _ => match precision {
            None => general(value),
            Some(precision) => {
                let precision = precision.max(1);
                let text = format!("{:.*e}", precision - 1, value.abs());
                let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let exponent: i32 = exponent.parse().unwrap_or(0);
                let digits = digits.replace('.', "");
                let digits = digits.trim_end_matches('0');
                let digits = if digits.is_empty() { "0" } else { digits };
                let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
                let limit = i32::try_from(precision).unwrap_or(i32::MAX);
                let limit = if limit > count && count > exponent { count } else { limit };
                let body = if exponent < -4 || exponent >= limit {
                    with_exponent(digits, exponent)
                } else {
                    plain(digits, exponent)
                };
                format!("{}{body}", sign(value))
            }
        },
    };
    if verb.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text }
}
