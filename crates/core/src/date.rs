//! Days of the calendar: what waivers end with.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A day of the Gregorian calendar, written `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day so many days after 1 January 1970. Days outside the years 0 to 9999 become the nearest within.
    pub fn from_days(days: i64) -> Self {
        // Years begin with March here, so that the leap day is the last of its year; 400 years have 146,097 days.
        let days = days.clamp(-719_528, 2_932_896) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let fit = |number: i64| u8::try_from(number).unwrap_or(1);
        Self { year: u16::try_from(year).unwrap_or_default(), month: fit(month), day: fit(day) }
    }

    /// How many days it is after 1 January 1970.
    pub fn days(self) -> i64 {
        // Years begin with March here, as in [`Self::from_days`].
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The day before; the first day there is stays itself.
    #[must_use]
    pub fn before(self) -> Self {
        match (self.day, self.month, self.year) {
            (2.., ..) => Self { day: self.day - 1, ..self },
            (_, 2.., _) => {
                let month = self.month - 1;
                Self { month, day: days_of(self.year, month), ..self }
            }
            (_, _, 1..) => Self { year: self.year - 1, month: 12, day: 31 },
            _ => self,
        }
    }
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no date; write it as 2027-01-31");
        let number = |from: usize, to: usize| -> Option<u16> {
            let digits = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
            digits.parse().ok()
        };
        if text.len() != 10 || text.as_bytes().get(4) != Some(&b'-') || text.as_bytes().get(7) != Some(&b'-')
        {
            return Err(wrong());
        }
        let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
            return Err(wrong());
        };
        let (month, day) = (u8::try_from(month).unwrap_or(0), u8::try_from(day).unwrap_or(0));
        if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
            return Err(format!("{text:?} is no day of the calendar"));
        }
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (20_779, "2026-11-22"),
            (19_782, "2024-02-29"),
        ] {
            assert_eq!(Date::from_days(days).to_string(), text);
        }
        let mut next = Date::from_days(60_000);
        for days in (10_000..60_000).rev() {
            let day = Date::from_days(days);
            assert_eq!(next.before(), day);
            assert_eq!(day.to_string().parse(), Ok(day));
            assert_eq!(day.days(), days);
            assert!(day < next);
            next = day;
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2027-1-1",
            "2027-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-04-31",
            "31-12-2027",
            "２０２７-01-01",
            "+027-01-01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
