//! How bad a finding is, and how sure we are of it: two separate questions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much harm the flagged state allows. Ordered: `Info < Low < Medium < High < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to repair.
    Info,
    /// A missing layer of defence.
    Low,
    /// Helps an attacker who is already inside.
    Medium,
    /// One step from another boundary: node, namespace, secret.
    High,
    /// Gives away the node or the cluster.
    Critical,
}

impl Severity {
    /// All severities, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word used on the command line and in every report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is no severity; use critical, high, medium, low or info"))
    }
}

/// How likely the finding is real. Ordered: `Low < Medium < High`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess from names or habits.
    Low,
    /// Follows from the document, unless something outside it intervenes.
    Medium,
    /// Follows from the document.
    #[default]
    High,
}
