//! Lengths of time.

/// A length of time, or a time since the epoch.
pub type Nanoseconds = i64;

/// Reads `90s`, `5m`, `1h30m`, `7d`, `2w`, `250ms`.
pub fn duration(text: &str) -> Option<Nanoseconds> {
    let mut rest = text.trim();
    let mut total: Nanoseconds = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let letters = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(letters)?;
        let milliseconds: i64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60 * 1000,
            "h" => 3600 * 1000,
            "d" => 24 * 3600 * 1000,
            "w" => 7 * 24 * 3600 * 1000,
            _ => return None,
        };
        let number: i64 = number.parse().ok()?;
        total = total.checked_add(number.checked_mul(milliseconds)?.checked_mul(1_000_000)?)?;
        rest = behind;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        const SECOND: i64 = 1_000_000_000;
        for (text, expected) in [
            ("60s", Some(60 * SECOND)),
            ("1h30m", Some(5400 * SECOND)),
            ("250ms", Some(SECOND / 4)),
            ("7d", Some(7 * 24 * 3600 * SECOND)),
            ("2w", Some(14 * 24 * 3600 * SECOND)),
            ("0s", Some(0)),
            ("60", None),
            ("", None),
            ("s", None),
            ("5 m", None),
            ("1y", None),
            ("-5s", None),
            ("99999999999999999999s", None),
            ("9999999999999w", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
