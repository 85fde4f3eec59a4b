//! Spans of time as Go reads and writes them.

use std::time::Duration;

/// Nanoseconds in units of time, the longest first.
const UNITS: [(&str, i128); 8] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ns", 1),
];

/// Reads `1h30m`, `1.5s`, `-2ms`, `0` as Go's `time.ParseDuration` does, in nanoseconds. `None` where Go refuses the text: a number without a unit, an unknown unit,
/// nothing at all, more than 292 years.
pub fn parse_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, after) = rest.split_at(digits(rest));
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(digits(after)),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let unit = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let scale = UNITS.iter().find(|(name, _)| *name == unit)?.1;
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(scale)?)?;
        // Digits beyond the eighteenth are worth less than a nanosecond of any unit.
        let fraction = fraction.get(..18).unwrap_or(fraction);
        if !fraction.is_empty() {
            let power = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
            total += fraction.parse::<i128>().ok()? * scale / power;
        }
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// The same in seconds.
pub fn duration_seconds(text: &str) -> Option<f64> {
    let nanoseconds = parse_duration(text)?;
    let seconds = Duration::from_nanos(nanoseconds.unsigned_abs()).as_secs_f64();
    Some(if nanoseconds < 0 { -seconds } else { seconds })
}

/// Writes nanoseconds as Go's `time.Duration.String` does: `4h0m0s`, `1.5s`, `100ms`, `0s`.
pub fn duration_text(nanoseconds: i64) -> String {
    if nanoseconds == 0 {
        return "0s".into();
    }
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    let fraction = |value: u64, unit: u64, name: &str| {
        let text = format!("{:0width$}", value % unit, width = unit.ilog10() as usize);
        let text = text.trim_end_matches('0');
        let dot = if text.is_empty() || unit == 1 { "" } else { "." };
        let text = if unit == 1 { "" } else { text };
        format!("{}{dot}{text}{name}", value / unit)
    };
    if total < 1_000 {
        return format!("{sign}{total}ns");
    }
    if total < 1_000_000 {
        return format!("{sign}{}", fraction(total, 1_000, "µs"));
    }
    if total < 1_000_000_000 {
        return format!("{sign}{}", fraction(total, 1_000_000, "ms"));
    }
    let minutes = total / 60_000_000_000;
    let seconds = fraction(total % 60_000_000_000, 1_000_000_000, "s");
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_go_s() {
        let cases = [
            ("0", "0s"),
            ("0s", "0s"),
            ("4h", "4h0m0s"),
            ("5m", "5m0s"),
            ("90s", "1m30s"),
            ("1.5h", "1h30m0s"),
            ("100ms", "100ms"),
            ("1.5ms", "1.5ms"),
            ("2us", "2µs"),
            ("-1s", "-1s"),
            ("+1m", "1m0s"),
            ("1h1ns", "1h0m0.000000001s"),
            (".5s", "500ms"),
            ("1.s", "1s"),
            ("7ns", "7ns"),
        ];
        for (text, written) in cases {
            assert_eq!(parse_duration(text).map(duration_text).as_deref(), Some(written), "{text}");
        }
        for text in ["", "300", "1d", "s", "-", "1 s", "1h-1m", ".s", "9999999h"] {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
    }

    #[test]
    fn durations_are_read_in_seconds() {
        for (text, expected) in [
            ("4h0m0s", Some(14400.0)),
            ("0", Some(0.0)),
            ("0s", Some(0.0)),
            ("1.5h", Some(5400.0)),
            ("500ms", Some(0.5)),
            ("-1m", Some(-60.0)),
            ("5", None),
            ("", None),
            ("5 m", None),
        ] {
            assert_eq!(duration_seconds(text), expected, "{text}");
        }
    }
}
