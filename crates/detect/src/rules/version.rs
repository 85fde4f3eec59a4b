//! Versions of the engine and of plug-ins.

use std::fmt::{self, Display, Formatter};

/// A version of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Changes when what was there does not work any more.
    pub major: u32,
    /// Changes when something is new.
    pub minor: u32,
    /// Changes when something is repaired.
    pub patch: u32,
}

impl Version {
    /// Reads `1.2.3`. A bare number N is the engine version 0.N.0, as before versions had three numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        if let Some(minor) = number(text) {
            return Some(Self { major: 0, minor, patch: 0 });
        }
        let core = text.split_once(['-', '+']).map_or(text, |(core, _)| core);
        let mut parts = core.split('.').map(number);
        let version = Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }

    /// Whether this version has what another asks for: the same major version, and no older.
    pub fn serves(self, wanted: Self) -> bool {
        self.major == wanted.major && self >= wanted
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
