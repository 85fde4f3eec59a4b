//! Versions of the policy, which are minor versions of Kubernetes.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The minor version that last changed a check.
pub const NEWEST: u64 = 37;

/// A policy version as a label names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// Whatever the server knows best.
    #[default]
    Latest,
    /// The policy of Kubernetes 1.N. A server evaluates versions from its future as the newest it knows.
    V(u64),
}

impl Version {
    /// The minor version that a server knowing the policies up to `newest` evaluates.
    pub fn minor(self, newest: u64) -> u64 {
        match self {
            Self::Latest => newest,
            Self::V(minor) => minor.min(newest),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.pad("latest"),
            Self::V(minor) => f.pad(&format!("v1.{minor}")),
        }
    }
}

/// A text that names no version. The message is the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be \"latest\" or \"v1.x\"")]
pub struct UnknownVersion;

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let digits = text.strip_prefix("v1.").ok_or(UnknownVersion)?;
        let padded = digits.len() > 1 && digits.starts_with('0');
        if padded || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(UnknownVersion);
        }
        // The server counts in signed 64 bits.
        let minor = digits.parse::<i64>().map_err(|_| UnknownVersion)?;
        u64::try_from(minor).map(Self::V).map_err(|_| UnknownVersion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_forms_the_server_takes_are_versions() {
        assert_eq!("v1.0".parse(), Ok(Version::V(0)));
        assert_eq!("v1.99999".parse(), Ok(Version::V(99_999)));
        for text in [
            "", "Latest", "1.25", "v1", "v1.", "v1.05", "v1.00", "v2.0", "v1.25.3", "v1.+5", "v1.-1", "v1.２",
        ] {
            assert_eq!(text.parse::<Version>(), Err(UnknownVersion), "{text:?}");
        }
        assert!("v1.9223372036854775807".parse::<Version>().is_ok());
        assert!("v1.9223372036854775808".parse::<Version>().is_err());
    }

    #[test]
    fn the_future_is_the_newest_known() {
        assert_eq!(Version::V(90).minor(NEWEST), NEWEST);
        assert_eq!(Version::Latest.minor(29), 29);
        assert_eq!(Version::V(3).minor(29), 3);
    }

    proptest! {
        #[test]
        fn versions_are_written_as_they_were_read(minor in 0..=i64::MAX.unsigned_abs()) {
            let text = format!("v1.{minor}");
            prop_assert_eq!(text.parse::<Version>().map(|version| version.to_string()), Ok(text));
        }

        #[test]
        fn no_text_is_too_odd(text in ".*") {
            if let Ok(version) = text.parse::<Version>() {
                prop_assert_eq!(version.to_string(), text);
            }
        }
    }
}
