//! What logs are called, and in which order rotated ones were written.
//!
//! Sources: kube-apiserver rotates with lumberjack (`audit-2026-11-22T10-00-00.000.log`, then `.gz`); logrotate numbers
//! (`audit.log.1`, the greater the older) or dates (`audit.log-20261122`, with its option `dateext`).

use std::cmp::Ordering;

/// The endings under which events are kept.
const ENDINGS: [&str; 5] = ["log", "json", "jsonl", "ndjson", "txt"];
/// The endings of packed files that are read.
const PACKED: [&str; 3] = [".gz", ".zst", ".zstd"];

/// What the name of a log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogName {
    /// The name that the log has while it is written.
    pub(crate) stem: String,
    /// When it was written, next to others of the same stem.
    pub(crate) age: Age,
    /// Whether it is packed.
    pub(crate) is_packed: bool,
}

/// When a log was written, next to others of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Rotated at a time, in digits.
    Dated(String),
    /// Rotated so many times since.
    Numbered(u64),
    /// Being written.
    Live,
}

impl Age {
    fn rank(&self) -> u8 {
        match self {
            Self::Dated(_) => 0,
            Self::Numbered(_) => 1,
            Self::Live => 2,
        }
    }
}

impl Ord for Age {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Dated(one), Self::Dated(other)) => one.cmp(other),
            (Self::Numbered(one), Self::Numbered(other)) => other.cmp(one),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Age {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl LogName {
    /// Reads a file's name. Any name can be read; see [`LogName::is_log`].
    pub(crate) fn of(name: &str) -> Self {
        let bare = PACKED.iter().find_map(|ending| name.strip_suffix(ending)).filter(|bare| !bare.is_empty());
        let is_packed = bare.is_some();
        let bare = bare.unwrap_or(name);
        let (stem, age) = numbered(bare)
            .or_else(|| dated_behind(bare))
            .or_else(|| dated_before(bare))
            .unwrap_or_else(|| (bare.to_owned(), Age::Live));
        Self { stem, age, is_packed }
    }

    /// Whether a file that is found in a folder is taken for a log.
    pub(crate) fn is_log(&self) -> bool {
        let ending = self.stem.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
            && !self.stem.starts_with('.')
    }
}

/// `audit.log.3`.
fn numbered(name: &str) -> Option<(String, Age)> {
    let (stem, number) = name.rsplit_once('.')?;
    // Longer ones are dates.
    let is_number =
        !number.is_empty() && number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || stem.is_empty() {
        return None;
    }
    Some((stem.to_owned(), Age::Numbered(number.parse().ok()?)))
}

/// `audit.log-20261122`, `audit.log-2026-11-22-10`, `audit.log.20261122`.
fn dated_behind(name: &str) -> Option<(String, Age)> {
    let begin = name.rfind(|c: char| !c.is_ascii_digit() && c != '-')? + 1;
    let (stem, rest) = name.split_at_checked(begin)?;
    let date = rest.trim_start_matches('-');
    if stem.is_empty() || rest == date && !stem.ends_with('.') {
        return None;
    }
    Some((stem.trim_end_matches('.').to_owned(), Age::Dated(digits(date)?)))
}

/// `audit-2026-11-22T10-00-00.000.log`, `audit-20261122.log`.
fn dated_before(name: &str) -> Option<(String, Age)> {
    let (rest, ending) = name.rsplit_once('.')?;
    for (at, _) in rest.match_indices('-') {
        let (stem, date) = (rest.get(..at)?, rest.get(at + 1..)?);
        if !stem.is_empty()
            && let Some(date) = digits(date)
        {
            return Some((format!("{stem}.{ending}"), Age::Dated(date)));
        }
    }
    None
}

/// The digits of what is nothing but a date, with or without a time.
fn digits(date: &str) -> Option<String> {
    let is_date = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | ':' | '_' | 'T' | 'Z');
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let is_all = date.chars().all(is_date) && date.starts_with(|c: char| c.is_ascii_digit());
    (is_all && digits.len() >= 8).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_when_a_log_was_written() {
        let dated = |date: &str| Age::Dated(date.to_owned());
        for (name, stem, age, is_packed) in [
            ("audit.log", "audit.log", Age::Live, false),
            ("audit-2026-11-22T10-00-00.000.log", "audit.log", dated("20261122100000000"), false),
            ("audit-2026-11-22T10-00-00.000.log.gz", "audit.log", dated("20261122100000000"), true),
            ("kube-audit-2026-11-22T10-00-00.000.log", "kube-audit.log", dated("20261122100000000"), false),
            ("audit.log.1", "audit.log", Age::Numbered(1), false),
            ("audit.log.12.gz", "audit.log", Age::Numbered(12), true),
            ("audit.log-20261122", "audit.log", dated("20261122"), false),
            ("audit.log-20261122.zst", "audit.log", dated("20261122"), true),
            ("audit.log-2026-11-22-10", "audit.log", dated("2026112210"), false),
            ("audit.log.20261122", "audit.log", dated("20261122"), false),
            ("audit-20261122.json", "audit.json", dated("20261122"), false),
            ("audit-2.log", "audit-2.log", Age::Live, false),
            ("10.0.0.1", "10.0.0", Age::Numbered(1), false),
            (".gz", ".gz", Age::Live, false),
            ("-20261122.log", "-20261122.log", Age::Live, false),
            ("", "", Age::Live, false),
            ("é-20261122.log", "é.log", dated("20261122"), false),
        ] {
            let expected = LogName { stem: stem.to_owned(), age, is_packed };
            assert_eq!(LogName::of(name), expected, "{name}");
        }
    }

    #[test]
    fn the_oldest_comes_first() {
        let mut names = [
            "audit.log",
            "audit.log.1",
            "audit.log.10.gz",
            "audit.log.2.gz",
            "audit-2026-11-22T10-00-00.000.log",
            "audit-2026-11-21T23-59-59.999.log.gz",
        ];
        names.sort_by_key(|name| LogName::of(name).age);
        assert_eq!(
            names,
            [
                "audit-2026-11-21T23-59-59.999.log.gz",
                "audit-2026-11-22T10-00-00.000.log",
                "audit.log.10.gz",
                "audit.log.2.gz",
                "audit.log.1",
                "audit.log",
            ]
        );
    }

    #[test]
    fn what_is_no_log_is_told_by_its_name() {
        for name in
            ["audit.log", "audit.log.1", "AUDIT.JSON", "a.jsonl.zst", "audit-20261122.log.gz", "1.ndjson"]
        {
            assert!(LogName::of(name).is_log(), "{name}");
        }
        for name in ["policy.yaml", ".hidden.log", "audit", "audit.log.bak", "a.tar.gz", "", "x.gz"] {
            assert!(!LogName::of(name).is_log(), "{name}");
        }
    }
}
