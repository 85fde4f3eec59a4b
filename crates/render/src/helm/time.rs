//! Times and durations as Go writes them.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::fmt::Write;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn name_of<'a>(names: &'a [&'a str], at: i64) -> &'a str {
    usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or("?")
}

/// The name of a month, from 1.
pub(crate) fn month_name(month: i64) -> &'static str {
    name_of(&MONTHS, month - 1)
}

/// The name of a day of the week; Sunday is 0.
pub(crate) fn weekday_name(day: i64) -> &'static str {
    name_of(&DAYS, day)
}

/// A time and the zone it is shown in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Time(pub(crate) Zoned);

impl Time {
    /// A time in UTC.
    pub(crate) fn unix(seconds: i64) -> Option<Self> {
        Some(Self(Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC)))
    }

    /// Go's zero time, the year 1.
    pub(crate) fn zero() -> Self {
        Self::unix(-62_135_596_800).unwrap_or_else(|| Self(Zoned::default()))
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.0.timestamp().as_second()
    }

    pub(crate) fn nanoseconds(&self) -> i128 {
        self.0.timestamp().as_nanosecond()
    }

    /// The same time in a named zone: `UTC`, `Europe/Berlin`. What Go calls `Local` is UTC here.
    pub(crate) fn in_zone(&self, name: &str) -> Option<Self> {
        let zone = match name {
            "" | "UTC" | "Local" => TimeZone::UTC,
            name => TimeZone::get(name).ok()?,
        };
        Some(Self(self.0.timestamp().to_zoned(zone)))
    }

    /// The time so many nanoseconds later.
    pub(crate) fn plus(&self, nanoseconds: i64) -> Option<Self> {
        let sum = self.nanoseconds().checked_add(i128::from(nanoseconds))?;
        Some(Self(Timestamp::from_nanosecond(sum).ok()?.to_zoned(self.0.time_zone().clone())))
    }

    pub(crate) fn weekday(&self) -> i64 {
        i64::from(self.0.weekday().to_sunday_zero_offset())
    }

    /// What `%v` writes.
    pub(crate) fn display(&self) -> String {
        self.format("2006-01-02 15:04:05.999999999 -0700 MST")
    }

    fn offset(&self, colon: bool, seconds: bool) -> String {
        let total = self.0.offset().seconds();
        let sign = if total < 0 { '-' } else { '+' };
        let total = total.abs();
        let colon = if colon { ":" } else { "" };
        let mut text = format!("{sign}{:02}{colon}{:02}", total / 3600, total / 60 % 60);
        if seconds {
            _ = write!(text, "{colon}{:02}", total % 60);
        }
        text
    }

    /// The time in a layout of Go's: the reference time `Mon Jan 2 15:04:05 MST 2006`, written as wanted.
    pub(crate) fn format(&self, layout: &str) -> String {
        let at = self.0.datetime();
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        let mut out = String::new();
        let mut rest = layout;
        while let Some((before, piece, after)) = next_piece(rest) {
            out.push_str(before);
            let nanos = |digits: usize| {
                format!("{:09}", at.subsec_nanosecond()).get(..digits).unwrap_or("").to_owned()
            };
            match piece {
                "2006" => _ = write!(out, "{:04}", at.year()),
                "06" => _ = write!(out, "{:02}", at.year().rem_euclid(100)),
                "January" => out.push_str(month_name(at.month().into())),
                "Jan" => out.push_str(month_name(at.month().into()).get(..3).unwrap_or("")),
                "01" => _ = write!(out, "{:02}", at.month()),
                "1" => out.push_str(&at.month().to_string()),
                "Monday" => out.push_str(weekday_name(self.weekday())),
                "Mon" => out.push_str(weekday_name(self.weekday()).get(..3).unwrap_or("")),
                "02" => _ = write!(out, "{:02}", at.day()),
                "_2" => _ = write!(out, "{:2}", at.day()),
                "2" => out.push_str(&at.day().to_string()),
                "002" => _ = write!(out, "{:03}", at.day_of_year()),
                "__2" => _ = write!(out, "{:3}", at.day_of_year()),
                "15" => _ = write!(out, "{hour:02}"),
                "03" => _ = write!(out, "{twelve:02}"),
                "3" => out.push_str(&twelve.to_string()),
                "04" => _ = write!(out, "{minute:02}"),
                "4" => out.push_str(&minute.to_string()),
                "05" => _ = write!(out, "{second:02}"),
                "5" => out.push_str(&second.to_string()),
                "PM" => out.push_str(if hour >= 12 { "PM" } else { "AM" }),
                "pm" => out.push_str(if hour >= 12 { "pm" } else { "am" }),
                "MST" => {
                    let utc = self.0.time_zone() == &TimeZone::UTC;
                    out.push_str(&if utc { "UTC".to_owned() } else { self.0.strftime("%Z").to_string() });
                }
                "Z0700" | "Z07:00" | "Z07" if self.0.offset().is_zero() => out.push('Z'),
                "-0700" | "Z0700" => out.push_str(&self.offset(false, false)),
                "-07:00" | "Z07:00" => out.push_str(&self.offset(true, false)),
                "-070000" => out.push_str(&self.offset(false, true)),
                "-07:00:00" => out.push_str(&self.offset(true, true)),
                "-07" | "Z07" => out.push_str(self.offset(false, false).get(..3).unwrap_or("")),
                fraction if fraction.starts_with([',', '.']) => {
                    let digits = nanos(fraction.len() - 1);
                    let digits =
                        if fraction.ends_with('9') { digits.trim_end_matches('0') } else { digits.as_str() };
                    if !digits.is_empty() {
                        out.push_str(fraction.get(..1).unwrap_or("."));
                        out.push_str(digits);
                    }
                }
                other => out.push_str(other),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// Reads a text in a layout, as UTC where it names no zone.
    pub(crate) fn parse(layout: &str, text: &str) -> Option<Self> {
        let (mut year, mut month, mut day) = (1_i16, 1_i8, 1_i8);
        let (mut hour, mut minute, mut second, mut nanos) = (0_i8, 0_i8, 0_i8, 0_i32);
        let (mut afternoon, mut offset) = (None, 0_i64);
        let mut rest = text;
        let mut wanted = layout;
        let digits = |rest: &mut &str, least: usize, most: usize| -> Option<i64> {
            let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            let value = rest.get(..count).filter(|_| count >= least)?.parse().ok()?;
            *rest = rest.get(count..)?;
            Some(value)
        };
        while let Some((before, piece, after)) = next_piece(wanted) {
            rest = rest.strip_prefix(before)?;
            match piece {
                "2006" => year = i16::try_from(digits(&mut rest, 4, 4)?).ok()?,
                "06" => {
                    let short = i16::try_from(digits(&mut rest, 2, 2)?).ok()?;
                    year = if short >= 69 { 1900 + short } else { 2000 + short };
                }
                "January" | "Jan" => {
                    let length = if piece == "Jan" { 3 } else { usize::MAX };
                    let found = MONTHS.iter().position(|name| {
                        let name = name.get(..length.min(name.len())).unwrap_or(name);
                        rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                    })?;
                    rest = rest.get(MONTHS.get(found)?.len().min(length)..)?;
                    month = i8::try_from(found + 1).ok()?;
                }
                "Monday" | "Mon" => {
                    let length = if piece == "Mon" { 3 } else { usize::MAX };
                    let found = DAYS.iter().position(|name| {
                        let name = name.get(..length.min(name.len())).unwrap_or(name);
                        rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                    })?;
                    rest = rest.get(DAYS.get(found)?.len().min(length)..)?;
                }
                "01" => month = i8::try_from(digits(&mut rest, 2, 2)?).ok()?,
                "1" => month = i8::try_from(digits(&mut rest, 1, 2)?).ok()?,
                "02" => day = i8::try_from(digits(&mut rest, 2, 2)?).ok()?,
                "2" | "_2" => {
                    rest = rest.strip_prefix(' ').filter(|_| piece == "_2").unwrap_or(rest);
                    day = i8::try_from(digits(&mut rest, 1, 2)?).ok()?;
                }
                "15" | "03" => hour = i8::try_from(digits(&mut rest, 2, 2)?).ok()?,
                "3" => hour = i8::try_from(digits(&mut rest, 1, 2)?).ok()?,
                "04" => minute = i8::try_from(digits(&mut rest, 2, 2)?).ok()?,
                "4" => minute = i8::try_from(digits(&mut rest, 1, 2)?).ok()?,
                "05" | "5" => {
                    second = i8::try_from(digits(&mut rest, piece.len(), 2)?).ok()?;
                    if let Some(fraction) = rest.strip_prefix('.').filter(|_| !after.starts_with(['.', ',']))
                    {
                        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
                        nanos = fraction_nanos(fraction.get(..count)?)?;
                        rest = fraction.get(count..)?;
                    }
                }
                "PM" | "pm" => {
                    afternoon = Some(rest.get(..2)?.eq_ignore_ascii_case("pm"));
                    rest = rest.get(2..)?;
                }
                "MST" => rest = rest.strip_prefix("UTC").or_else(|| rest.strip_prefix("GMT"))?,
                "Z0700" | "Z07:00" | "Z07" if rest.starts_with('Z') => rest = rest.get(1..)?,
                "-0700" | "Z0700" | "-07:00" | "Z07:00" | "-07" | "Z07" => {
                    let sign = if rest.starts_with('-') { -1 } else { 1 };
                    rest = rest.strip_prefix(['+', '-'])?;
                    offset = digits(&mut rest, 2, 2)? * 3600;
                    if piece.contains(':') {
                        rest = rest.strip_prefix(':')?;
                    }
                    if !piece.ends_with("07") {
                        offset += digits(&mut rest, 2, 2)? * 60;
                    }
                    offset *= sign;
                }
                fraction if fraction.starts_with(['.', ',']) => {
                    let after = rest.strip_prefix(['.', ','])?;
                    let count = after.bytes().take_while(u8::is_ascii_digit).count();
                    nanos = fraction_nanos(after.get(..count)?)?;
                    rest = after.get(count..)?;
                }
                _ => return None,
            }
            wanted = after;
        }
        if rest != wanted {
            return None;
        }
        match afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        let at = civil::DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
        let utc = Self(at.to_zoned(TimeZone::UTC).ok()?);
        utc.plus(offset.checked_mul(-1_000_000_000)?)
    }
}

fn fraction_nanos(digits: &str) -> Option<i32> {
    let digits: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
    digits.parse().ok()
}

const PIECES: [&str; 32] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "__2",
    "_2",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "-07:00:00",
    "-070000",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00",
    "Z0700",
    "Z07",
    "PM",
    "pm",
    "1",
    "2",
    "3",
    "4",
    "5",
    "_2006",
];

/// The text before the next piece of a layout that stands for a part of the time, that piece, and what follows.
fn next_piece(layout: &str) -> Option<(&str, &str, &str)> {
    for (at, c) in layout.char_indices() {
        let rest = layout.get(at..)?;
        let piece = match c {
            '.' | ',' => {
                let digits = rest.get(1..)?;
                let zeros = digits.len() - digits.trim_start_matches('0').len();
                let nines = digits.len() - digits.trim_start_matches('9').len();
                let count = zeros.max(nines);
                let follows =
                    digits.get(count..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                if count == 0 || count > 9 || follows { None } else { rest.get(..=count) }
            }
            _ if rest.starts_with("_2006") => {
                // An underscore before a year is only an underscore.
                return Some((layout.get(..=at)?, "2006", rest.get(5..)?));
            }
            _ => PIECES
                .iter()
                .filter(|piece| rest.starts_with(**piece))
                .max_by_key(|piece| piece.len())
                .copied(),
        };
        let word = piece == Some("Jan") || piece == Some("Mon");
        let lower = rest.get(3..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        if let Some(piece) = piece.filter(|_| !(word && lower)) {
            return Some((layout.get(..at)?, rest.get(..piece.len())?, rest.get(piece.len()..)?));
        }
    }
    None
}
