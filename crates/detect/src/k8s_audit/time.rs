//! Times as API servers write them.

use jiff::Timestamp;

/// Nanoseconds since the epoch. What API servers write, `2026-01-01T00:00:00.010000Z`, is read at once; everything else
/// that RFC 3339 allows takes longer.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    usual(text.as_bytes()).or_else(|| {
        let time: Timestamp = text.parse().ok()?;
        i64::try_from(time.as_nanosecond()).ok()
    })
}

/// How many days of a year stand before its months.
const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Times of the years 1970 to 2099 in UTC, with up to nine digits behind the second.
fn usual(text: &[u8]) -> Option<i64> {
    let rest = text.get(19..)?;
    let mark = |at: usize, byte: u8| text.get(at) == Some(&byte);
    if !(mark(4, b'-') && mark(7, b'-') && mark(10, b'T') && mark(13, b':') && mark(16, b':')) {
        return None;
    }
    let (year, month, day) = (number(text.get(..4)?)?, number(text.get(5..7)?)?, number(text.get(8..10)?)?);
    let (hour, minute, second) =
        (number(text.get(11..13)?)?, number(text.get(14..16)?)?, number(text.get(17..19)?)?);
    let is_leap = year % 4 == 0;
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1970..2100).contains(&year)
        || !(1..=length).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let fraction = match rest {
        [b'Z'] => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            let missing = u32::try_from(9 - digits.len()).ok()?;
            number(digits)? * 10_i64.pow(missing)
        }
        _ => return None,
    };
    // Every fourth year from 1972 to 2096 has a day more.
    let of_year = BEFORE.get(usize::try_from(month - 1).ok()?)? + day - 1 + i64::from(is_leap && month > 2);
    let days = (year - 1970) * 365 + (year - 1969) / 4 + of_year;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000_000 + fraction)
}

/// What digits mean.
fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slow(text: &str) -> Option<i64> {
        text.parse::<Timestamp>().ok().and_then(|time| i64::try_from(time.as_nanosecond()).ok())
    }

    #[test]
    fn every_day_is_found() {
        for day in 0..47_500_i64 {
            let time = Timestamp::from_second(day * 86_400 + 86_399).unwrap();
            let text = time.to_string();
            assert_eq!(nanoseconds(&text), Some((day * 86_400 + 86_399) * 1_000_000_000), "{text}");
        }
        for text in
            ["2100-02-29T00:00:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "x", "", "2026-01-01"]
        {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
        assert!(usual(b"2026-01-01T00:00:00.010000Z").is_some());
    }

    proptest! {
        #[test]
        fn times_are_read_alike(text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]\
                                         ([.,][0-9]{0,10})?(Z|z|[+]02:00|)") {
            prop_assert_eq!(nanoseconds(&text), slow(&text));
        }
    }
}
