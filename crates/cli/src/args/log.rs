//! The arguments of commands that read audit logs.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Which log is read, and what of it.
#[derive(Args, Clone, Debug)]
pub(crate) struct LogArgs {
    /// Audit logs: files (packed with gzip or zstd or not), folders of rotated ones, or `-` for standard input
    #[arg(value_name = "LOG", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) logs: Vec<PathBuf>,
    /// Only events from this time on: 2026-11-22T10:00:00Z, 2026-11-22 (both UTC where no zone is given), or how long ago:
    /// 90s, 15m, 12h, 7d, 2w
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Timestamp>,
    /// Only events before this time, written like --since
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Timestamp>,
}

/// A point in time, as it is or as how long ago it was.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    time_at(text, Timestamp::now())
}

fn time_at(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|time| time.timestamp()).ok();
    let point = || text.parse().ok().or_else(|| text.parse::<DateTime>().ok().and_then(utc));
    let ago = || {
        let unit = text.chars().next_back()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return None,
        };
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count >= 0)?;
        now.checked_sub(SignedDuration::from_secs(count.checked_mul(seconds)?)).ok()
    };
    point().or_else(ago).ok_or_else(|| {
        "it is no time: write 2026-11-22T10:00:00Z, 2026-11-22, or how long ago: 90s, 15m, 12h, 7d, 2w"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_points_or_how_long_ago() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
            ("2026-11-22T10:00:00.25+02:00", "2026-11-22T08:00:00.25Z"),
            ("2026-11-22T10:00:00", "2026-11-22T10:00:00Z"),
            ("2026-11-22 10:00", "2026-11-22T10:00:00Z"),
            ("2026-11-22", "2026-11-22T00:00:00Z"),
            ("90s", "2026-11-22T11:58:30Z"),
            ("15m", "2026-11-22T11:45:00Z"),
            ("12h", "2026-11-22T00:00:00Z"),
            ("7d", "2026-11-15T12:00:00Z"),
            ("2w", "2026-11-08T12:00:00Z"),
            ("0s", "2026-11-22T12:00:00Z"),
        ] {
            assert_eq!(time_at(text, now).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "yesterday", "5", "m", "-5m", "5y", "99999999999999999w", "2026-13-01", "é"] {
            assert!(time_at(text, now).is_err(), "{text}");
        }
    }
}
