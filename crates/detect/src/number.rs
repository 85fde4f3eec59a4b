//! Numbers as C's `scanf` reads them: blanks and a sign before, nothing behind, and what is too large saturates.

/// A signed number.
pub(crate) fn signed(text: &str) -> Option<i64> {
    let (negative, digits) = split(text)?;
    let magnitude = digits.parse::<u128>().unwrap_or(u128::MAX);
    Some(if negative {
        i64::try_from(magnitude).map_or(i64::MIN, |number| -number)
    } else {
        i64::try_from(magnitude).unwrap_or(i64::MAX)
    })
}

/// An unsigned number. A minus turns it around zero: -1 is the largest.
pub(crate) fn unsigned(text: &str) -> Option<u64> {
    let (negative, digits) = split(text)?;
    let magnitude = u64::try_from(digits.parse::<u128>().unwrap_or(u128::MAX)).unwrap_or(u64::MAX);
    let too_large = digits.parse::<u128>().map_or(true, |number| number > u128::from(u64::MAX));
    Some(if negative && !too_large { magnitude.wrapping_neg() } else { magnitude })
}

fn split(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some((negative, digits))
}

/// The low bits of a number, as a signed one.
#[expect(clippy::cast_possible_truncation, reason = "what does not fit is cut off")]
pub(crate) fn cut_signed(number: i64, bits: u32) -> i64 {
    match bits {
        8 => i64::from(number as i8),
        16 => i64::from(number as i16),
        32 => i64::from(number as i32),
        _ => number,
    }
}

/// The low bits of a number.
pub(crate) fn cut_unsigned(number: u64, bits: u32) -> u64 {
    if bits >= 64 { number } else { number & ((1 << bits) - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_saturate_and_wrap() {
        assert_eq!(signed(" +131"), Some(131));
        assert_eq!(signed("9223372036854775808"), Some(i64::MAX));
        assert_eq!(signed("-9223372036854775809"), Some(i64::MIN));
        assert_eq!(unsigned("-1"), Some(u64::MAX));
        assert_eq!(unsigned("99999999999999999999"), Some(u64::MAX));
        assert_eq!(cut_unsigned(4_294_967_296, 32), 0);
        assert_eq!(cut_signed(32768, 16), -32768);
        for text in ["", "0x1", "1.5", "1 ", "a", "--1"] {
            assert_eq!((signed(text), unsigned(text)), (None, None), "{text}");
        }
    }
}
