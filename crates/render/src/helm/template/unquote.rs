//! Go's string, character and number constants.

use super::ast::Number;

/// What a quoted string stands for: `"…"` with escapes, or `` `…` `` as it is. `None` where an escape is wrong.
pub(crate) fn unquote(quoted: &str) -> Option<Vec<u8>> {
    let inside = quoted.get(1..quoted.len().checked_sub(1)?)?;
    if quoted.starts_with('`') {
        return Some(inside.replace('\r', "").into_bytes());
    }
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while !rest.is_empty() {
        rest = step(rest, quoted.as_bytes().first().copied()?, &mut out)?;
    }
    Some(out)
}

fn step<'a>(rest: &'a str, quote: u8, out: &mut Vec<u8>) -> Option<&'a str> {
    let first = rest.chars().next()?;
    if first != '\\' {
        out.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
        return rest.get(first.len_utf8()..);
    }
    let rest = rest.get(1..)?;
    let escape = rest.chars().next()?;
    let rest = rest.get(escape.len_utf8()..)?;
    let mut code = |digits: usize| -> Option<&'a str> {
        let value = u32::from_str_radix(rest.get(..digits)?, 16).ok()?;
        if digits == 2 {
            out.push(u8::try_from(value).ok()?);
        } else {
            out.extend_from_slice(char::from_u32(value)?.encode_utf8(&mut [0; 4]).as_bytes());
        }
        rest.get(digits..)
    };
    let byte = match escape {
        'x' => return code(2),
        'u' => return code(4),
        'U' => return code(8),
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '\'' | '"' if escape as u32 == u32::from(quote) => quote,
        '0'..='7' => {
            let digits = rest.get(..2)?;
            let low = u32::from_str_radix(digits, 8).ok()?;
            out.push(u8::try_from(escape.to_digit(8)? * 64 + low).ok()?);
            return rest.get(2..);
        }
        _ => return None,
    };
    out.push(byte);
    Some(rest)
}

/// The character of a constant such as `'a'`.
pub(crate) fn character(quoted: &str) -> Option<Number> {
    let bytes = unquote(quoted)?;
    let code = match std::str::from_utf8(&bytes) {
        Ok(text) => {
            let mut chars = text.chars();
            let first = chars.next()?;
            if chars.next().is_some() {
                return None;
            }
            u32::from(first)
        }
        Err(_) => u32::from(*bytes.first().filter(|_| bytes.len() == 1)?),
    };
    Some(Number { int: Some(i64::from(code)), float: Some(f64::from(code)), fraction: false })
}

/// A number as Go's templates read it. `None` where it is none, or has an imaginary part.
pub(crate) fn number(text: &str) -> Option<Number> {
    let plain = text.strip_prefix('+').unwrap_or(text);
    let hex = plain.trim_start_matches('-').to_ascii_lowercase().starts_with("0x");
    if let Some(int) = int(plain) {
        #[expect(clippy::cast_precision_loss, reason = "as Go does")]
        return Some(Number { int: Some(int), float: Some(int as f64), fraction: false });
    }
    if hex || plain.contains('_') {
        return None;
    }
    let float: f64 = plain.parse().ok().filter(|float: &f64| float.is_finite())?;
    if !plain.contains(['.', 'e', 'E']) {
        // Digits only, and more than an integer holds.
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::float_cmp,
        reason = "checked to be whole and in range"
    )]
    let int = (float.trunc() == float && float.abs() < 9.0e18).then_some(float as i64);
    Some(Number { int, float: Some(float), fraction: true })
}

/// A whole number with Go's prefixes: `0x1F`, `0o17`, `017`, `0b11`, `1_000`.
pub(crate) fn int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    let plain = digits.replace('_', "");
    if plain.is_empty() || plain.starts_with(['+', '-']) || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let value = i128::from_str_radix(&plain, radix).ok()?;
    i64::try_from(if negative { -value } else { value }).ok()
}
