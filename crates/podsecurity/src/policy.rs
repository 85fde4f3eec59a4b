//! What is asked of the pods of a namespace.

use std::fmt;

use crate::level::Level;
use crate::version::Version;

/// A level as of a version: `restricted:v1.32`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LevelVersion {
    /// The level.
    pub level: Level,
    /// The version of its definition, as the label names it.
    pub version: Version,
}

impl LevelVersion {
    /// A level as of a version.
    pub fn new(level: Level, version: Version) -> Self {
        Self { level, version }
    }

    /// Whether both ask the same: the privileged level asks nothing in any version.
    pub fn equivalent(self, other: Self) -> bool {
        self == other || (self.level == Level::Privileged && other.level == Level::Privileged)
    }
}

impl fmt::Display for LevelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

/// The three modes of a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Pods that violate this are refused.
    pub enforce: LevelVersion,
    /// Violations of this are noted in the audit log.
    pub audit: LevelVersion,
    /// Violations of this are told to whoever sent the request.
    pub warn: LevelVersion,
}

impl Policy {
    /// Whether nothing is asked in any mode.
    pub fn is_fully_privileged(&self) -> bool {
        [self.enforce, self.audit, self.warn].iter().all(|mode| mode.level == Level::Privileged)
    }

    /// Whether both ask the same in every mode.
    pub fn equivalent(&self, other: &Self) -> bool {
        self.enforce.equivalent(other.enforce)
            && self.audit.equivalent(other.audit)
            && self.warn.equivalent(other.warn)
    }
}
