//! Moments as the API server writes them: RFC 3339 in UTC.

/// A text that [`crate::scalar::is_time`] takes, in UTC, cut to seconds or to six digits.
pub(super) fn canonical(text: &str, micro: bool) -> Option<String> {
    let (date, rest) = text.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let mut clock = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let offset = match zone.split_once(':') {
        Some((hours, minutes)) => {
            let sign = if hours.starts_with('-') { -1 } else { 1 };
            sign * (hours.get(1..)?.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
        }
        None => 0,
    };
    let total = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60;
    let (year, month, day) = date_of(total.div_euclid(86_400));
    let left = total.rem_euclid(86_400);
    let fraction = if micro { format!(".{fraction:0<6.6}") } else { String::new() };
    let clock = (left / 3600, left / 60 % 60, left % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{fraction}Z", clock.0, clock.1, clock.2))
}

/// Days since 1970-01-01 of a date in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        for (text, micro, expected) in [
            ("2024-02-29T23:30:00-01:00", false, "2024-03-01T00:30:00Z"),
            ("2001-01-01T5:00:00.25+01:00", false, "2001-01-01T04:00:00Z"),
            ("1969-12-31T23:59:59.123456Z", true, "1969-12-31T23:59:59.123456Z"),
        ] {
            assert_eq!(canonical(text, micro).as_deref(), Some(expected), "{text}");
        }
    }
}
