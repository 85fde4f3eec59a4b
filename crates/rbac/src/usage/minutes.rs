//! In which minutes of time there were events, in memory that does not grow with their number.

use std::collections::BTreeMap;

use ironsides_audit::moment;

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// The most hours that are remembered: 15 years.
const HOURS: usize = 1 << 17;
/// How much of a time names its minute: `2026-11-16T08:00`.
const PREFIX: usize = 16;

/// Minutes with events, as bits of hours since 1970.
#[derive(Clone, Debug, Default)]
pub(super) struct Minutes {
    hours: BTreeMap<i64, u64>,
    /// The beginning of the last time in UTC, which mostly is that of the next.
    last: String,
}

impl Minutes {
    /// Notes a time as events write it.
    pub(super) fn note(&mut self, time: &str) {
        let prefix = time.get(..PREFIX).filter(|_| time.ends_with('Z')).unwrap_or_default();
        if !prefix.is_empty() && prefix == self.last {
            return;
        }
        let Some(minute) = moment(time).map(|at| at.div_euclid(MINUTE)) else { return };
        prefix.clone_into(&mut self.last);
        let hour = minute.div_euclid(60);
        if self.hours.len() < HOURS || self.hours.contains_key(&hour) {
            *self.hours.entry(hour).or_default() |= 1 << minute.rem_euclid(60);
        }
    }

    /// The stretches of at least so many minutes in which there was nothing, between the first and the last minute with
    /// something: their beginnings in seconds since 1970 and their lengths in minutes.
    pub(super) fn silences(&self, least: i64) -> Vec<(i64, i64)> {
        let mut silences = Vec::new();
        let mut last: Option<i64> = None;
        for (hour, bits) in &self.hours {
            for minute in (0..60).filter(|minute| bits >> minute & 1 == 1) {
                let minute = hour * 60 + minute;
                if let Some(last) = last.filter(|last| minute - last > least) {
                    silences.push(((last + 1) * 60, minute - last - 1));
                }
                last = Some(minute);
            }
        }
        silences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences_are_found_in_any_order() {
        let mut minutes = Minutes::default();
        for time in [
            "1970-01-01T02:30:10.5Z",
            "1970-01-01T01:00:00Z",
            "1970-01-01T01:00:59Z",
            "1970-01-01T03:00:00+01:00",
            "x",
        ] {
            minutes.note(time);
        }
        // 01:00, 02:00 and 02:30.
        assert_eq!(minutes.silences(10), [(3660, 59), (7260, 29)]);
        assert_eq!(minutes.silences(30), [(3660, 59)]);
        assert_eq!(Minutes::default().silences(1), []);
    }
}
