//! What was decided, or why nothing could be.

use serde::Serialize;

/// The answer of one check about one target. Missing data is never a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The target is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// The question does not arise.
    NotApplicable {
        /// Why not.
        why: String,
    },
    /// The facts needed to answer are missing or contradictory.
    Unknown {
        /// What is missing and how to supply it.
        missing: String,
    },
    /// Only a person can answer.
    Manual {
        /// What to look at.
        look_at: String,
    },
}

impl Verdict {
    /// Whether the answer is pass or fail.
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Pass | Self::Fail)
    }

    /// The word used in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable { .. } => "not-applicable",
            Self::Unknown { .. } => "unknown",
            Self::Manual { .. } => "manual",
        }
    }

    /// The sentence that belongs to a verdict that is neither pass nor fail.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass | Self::Fail => None,
            Self::NotApplicable { why } => Some(why),
            Self::Unknown { missing } => Some(missing),
            Self::Manual { look_at } => Some(look_at),
        }
    }
}
