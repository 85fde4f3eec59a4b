//! Strings with a form: quantities, times, base64. Each function accepts exactly what Kubernetes 1.36 accepts,
//! oddities included, as its own code and a running API server show.

/// Whether `ParseQuantity` of `k8s.io/apimachinery` takes this, after the spaces around it are gone.
///
/// The form is `^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$`, but the suffix must be one of the known ones and
/// the parser does not insist on a digit: a lone `+` or `.` is zero.
pub(crate) fn is_quantity(text: &str) -> bool {
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return false;
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(unsigned);
    let rest = &unsigned[whole..];
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => (digits(rest), &rest[digits(rest)..]),
        None => (0, rest),
    };
    let exponent = match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" => Some(0),
        // Beyond these the slow path parses the number again, and that one wants a digit.
        "Pi" | "Ei" => Some(-10),
        _ => suffix.strip_prefix(['e', 'E']).and_then(|exponent| exponent.parse::<i64>().ok()),
    };
    exponent.is_some_and(|exponent| whole + fraction > 0 || exponent >= -9)
}

/// Whether Go's `time.Parse` takes this as RFC 3339, or with `micro` as the six-digit form of `metav1.MicroTime`.
///
/// Go takes an hour of one digit, a comma for the point, and offsets up to `24:60`; it takes no small `t` or `z`
/// and no leap second.
pub(crate) fn is_time(text: &str, micro: bool) -> bool {
    moment(text, micro).is_some()
}

fn moment(text: &str, micro: bool) -> Option<()> {
    let (year, text) = number(text, 4, 4)?;
    let (month, text) = number(text.strip_prefix('-')?, 2, 2)?;
    let (day, text) = number(text.strip_prefix('-')?, 2, 2)?;
    let (hour, text) = number(text.strip_prefix('T')?, 1, 2)?;
    let (minute, text) = number(text.strip_prefix(':')?, 2, 2)?;
    let (second, text) = number(text.strip_prefix(':')?, 2, 2)?;
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    let fraction = text.strip_prefix(['.', ',']);
    let zone = match fraction {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (if micro { digits == 6 } else { digits > 0 }).then(|| &rest[digits..])?
        }
        None if micro => return None,
        None => text,
    };
    let zone_is_right = zone == "Z" || {
        let (hours, rest) = number(zone.strip_prefix(['+', '-'])?, 2, 2)?;
        let (minutes, rest) = number(rest.strip_prefix(':')?, 2, 2)?;
        hours <= 24 && minutes <= 60 && rest.is_empty()
    };
    let right = (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60 && zone_is_right;
    right.then_some(())
}

/// The number at the front, of `least` to `most` digits, and what follows it.
fn number(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if digits < least {
        return None;
    }
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// Whether Go's `base64.StdEncoding` takes this: the standard alphabet with padding, line breaks anywhere, and
/// no care for the bits that the last letter leaves over.
pub(crate) fn is_base64(text: &str) -> bool {
    let (mut letters, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            _ => return false,
        }
    }
    matches!((letters % 4, padding), (0, 0) | (2, 2) | (3, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    // What follows was put to a running API server.

    #[test]
    fn quantities() {
        for text in
            "1 1.5e3 + . 1E 1e+5 1Ki 1e-400 00 -1 1.G .5 1e5 9223372036854775808Ei 100m 0.5Gi 1n".split(' ')
        {
            assert!(is_quantity(text), "{text}");
        }
        assert!(is_quantity(" 1 "));
        for text in
            ", ,.Ei,.e-10,1e,1ki,1K,1e99999999999999999999,5+3,0x10,1_0,1.2.3,++1,1m5,1e5i,1 Gi,\n1,1gb,ten"
                .split(',')
        {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn times() {
        let right = "T00:00:00Z T00:00:00.123Z T00:00:00,5Z T1:00:00Z T23:59:59+01:00 T00:00:00+24:00 T00:00:00-23:60";
        for rest in right.split(' ') {
            assert!(is_time(&format!("2020-01-01{rest}"), false), "{rest}");
        }
        let wrong = " |t00:00:00z|T24:00:00Z|T00:00:60Z|T00:00:00|T00:00:00.Z|T00:00:00+25:00|T00:00:00+0100|T00:00:00Zx";
        for rest in wrong.split('|') {
            assert!(!is_time(&format!("2020-01-01{rest}"), false), "{rest}");
        }
        assert!(is_time("2020-02-29T00:00:00Z", false) && !is_time("2019-02-29T00:00:00Z", false));
        assert!(!is_time("", false) && !is_time("2020-1-01T00:00:00Z", false));
        for (rest, right) in
            [("", false), (".123", false), (".123456", true), (",123456", true), (".1234567", false)]
        {
            assert_eq!(is_time(&format!("2020-01-01T00:00:00{rest}Z"), true), right, "{rest}");
        }
    }

    #[test]
    fn base64() {
        for text in ["", "YQ==", "YR==", "Y\nQ==", "YQ==\r\n", "YWE=", "YWFh", "+/+/"] {
            assert!(is_base64(text), "{text:?}");
        }
        for text in ["YQ", "Y Q==", "-_==", "====", "YQ=", "YQ==YQ==", "YWFh====", "é==="] {
            assert!(!is_base64(text), "{text:?}");
        }
    }
}
