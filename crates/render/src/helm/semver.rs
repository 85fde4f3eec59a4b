//! Versions and version ranges as `github.com/Masterminds/semver` v3 reads them.

use std::cmp::Ordering;
use std::fmt;

/// A version: `1.2.3-rc.1+build`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: u64,
    pub(crate) minor: u64,
    pub(crate) patch: u64,
    pub(crate) pre: String,
    pub(crate) build: String,
    /// As it was written.
    pub(crate) original: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.build.is_empty() {
            write!(f, "+{}", self.build)?;
        }
        Ok(())
    }
}

fn identifiers_fit(text: &str, numbers: bool) -> bool {
    text.split('.').all(|part| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !(numbers
                && part.len() > 1
                && part.starts_with('0')
                && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

impl Version {
    /// Reads a version; parts may be missing, and a `v` may stand before it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = text.strip_prefix('v').unwrap_or(text);
        let (plain, build) =
            plain.split_once('+').map_or((plain, None), |(plain, build)| (plain, Some(build)));
        let (numbers, pre) =
            plain.split_once('-').map_or((plain, None), |(numbers, pre)| (numbers, Some(pre)));
        if pre.is_some_and(|pre| !identifiers_fit(pre, true))
            || build.is_some_and(|b| !identifiers_fit(b, false))
        {
            return None;
        }
        let mut parts = numbers.split('.');
        let mut number = |first: bool| -> Option<u64> {
            match parts.next() {
                None if !first => Some(0),
                Some(part) if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => {
                    part.parse().ok()
                }
                _ => None,
            }
        };
        let (major, minor, patch) = (number(true)?, number(false)?, number(false)?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            major,
            minor,
            patch,
            pre: pre.unwrap_or_default().to_owned(),
            build: build.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// The order of versions; builds do not count.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(
            || match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => pre_order(&self.pre, &other.pre),
            },
        )
    }
}

fn pre_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => x.cmp(y),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// A range: alternatives of conditions that all hold.
#[derive(Debug)]
pub(crate) struct Range(Vec<Vec<Condition>>);

#[derive(Debug)]
struct Condition {
    operator: Operator,
    version: Version,
    /// How many of the numbers are written: 0 stands for `*`.
    given: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

impl Range {
    /// Reads a range: `>=1.2, <2 || ^3`, `1.x`, `1.2 - 1.4`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut alternatives = Vec::new();
        for alternative in text.split("||") {
            let mut conditions = Vec::new();
            let mut rest = alternative.trim().trim_start_matches(',').trim_start();
            if rest.is_empty() {
                return None;
            }
            while !rest.is_empty() {
                let (first, after) = condition(rest)?;
                let next = after.trim_start();
                let hyphen = next
                    .strip_prefix('-')
                    .filter(|hyphen| next.len() < after.len() && hyphen.starts_with(char::is_whitespace));
                rest = match hyphen {
                    Some(end) if first.operator == Operator::Equal => {
                        let (last, after) = condition(end.trim_start())?;
                        conditions.push(Condition { operator: Operator::GreaterOrEqual, ..first });
                        conditions.push(Condition { operator: Operator::LessOrEqual, ..last });
                        after
                    }
                    Some(_) => return None,
                    None => {
                        conditions.push(first);
                        after
                    }
                };
                rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            }
            alternatives.push(conditions);
        }
        Some(Self(alternatives))
    }

    /// Whether a version lies in the range. Pre-releases do only where the range names one.
    pub(crate) fn holds(&self, version: &Version) -> bool {
        self.0.iter().any(|conditions| {
            let pre = conditions.iter().any(|condition| !condition.version.pre.is_empty());
            (version.pre.is_empty() || pre) && conditions.iter().all(|condition| condition.holds(version))
        })
    }
}

fn condition(text: &str) -> Option<(Condition, &str)> {
    let (operator, rest) = OPERATORS
        .iter()
        .find_map(|(sign, operator)| text.strip_prefix(sign).map(|rest| (*operator, rest.trim_start())))
        .unwrap_or((Operator::Equal, text));
    let end = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let plain = word.strip_prefix('v').unwrap_or(word);
    let tail = plain.find(['-', '+']).unwrap_or(plain.len());
    let (numbers, tail) = plain.split_at(tail);
    let mut given = 0;
    let mut kept = Vec::new();
    let mut wild = false;
    let parts: Vec<&str> = numbers.split('.').collect();
    if parts.len() > 3 {
        return None;
    }
    for part in &parts {
        if matches!(*part, "x" | "X" | "*") {
            wild = true;
        } else if wild {
            part.parse::<u64>().ok()?;
        } else {
            kept.push(*part);
            given += 1;
        }
    }
    while kept.len() < 3 {
        kept.push("0");
    }
    let tail = if wild { "" } else { tail };
    let version = Version::parse(&format!("{}{tail}", kept.join(".")))?;
    Some((Condition { operator, version, given }, after))
}

impl Condition {
    fn holds(&self, version: &Version) -> bool {
        let want = &self.version;
        let order = version.order(want);
        let dirty = self.given < 3;
        let same_major = version.major == want.major;
        let same_minor = same_major && version.minor == want.minor;
        match self.operator {
            Operator::NotEqual if dirty => match self.given {
                0 => false,
                1 => !same_major,
                _ => !same_minor,
            },
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Equal if dirty => self.tilde(version, order),
            Operator::Equal => order == Ordering::Equal,
            Operator::Greater if dirty => match self.given {
                0 => false,
                1 => version.major > want.major,
                _ => version.major > want.major || same_major && version.minor > want.minor,
            },
            Operator::Greater => order == Ordering::Greater,
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual if dirty => match self.given {
                0 => true,
                1 => version.major <= want.major,
                _ => version.major < want.major || same_major && version.minor <= want.minor,
            },
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::Tilde => self.tilde(version, order),
            Operator::Caret => {
                if order == Ordering::Less {
                    return false;
                }
                if self.given == 0 {
                    return true;
                }
                if want.major > 0 || self.given == 1 {
                    return same_major;
                }
                if version.major > 0 {
                    return false;
                }
                if want.minor > 0 || self.given == 2 {
                    return version.minor == want.minor;
                }
                version.minor == 0 && version.patch == want.patch
            }
        }
    }

    fn tilde(&self, version: &Version, order: Ordering) -> bool {
        if order == Ordering::Less {
            return false;
        }
        let want = &self.version;
        match self.given {
            0 => true,
            // So it is there.
            3 if (want.major, want.minor, want.patch) == (0, 0, 0) => true,
            1 => version.major == self.version.major,
            _ => version.major == self.version.major && version.minor == self.version.minor,
        }
    }
}
