//! A change and its proof.

use serde::Serialize;

use crate::finding::Fingerprint;
use crate::target::Target;

/// One step of a hardening plan.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What it changes.
    pub target: Target,
    /// How.
    pub change: Change,
    /// The findings it closes.
    pub closes: Vec<Fingerprint>,
    /// What shows that nothing in use breaks.
    pub proof: Proof,
    /// How to take it back.
    pub rollback: Change,
}

/// A change to one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Change {
    /// A JSON Patch (RFC 6902) against an object.
    Patch {
        /// The operations, as JSON text.
        operations: String,
    },
    /// An object to be created, or put back as it was.
    Create {
        /// The manifest.
        manifest: String,
    },
    /// An object to be deleted.
    Delete,
    /// A replaced text in a file.
    Edit {
        /// The new text of the whole file.
        text: String,
    },
    /// A component's flag, `None` to take it away.
    Flag {
        /// The name without dashes.
        name: String,
        /// The value.
        value: Option<String>,
    },
}

/// What a change would have denied of what was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// What was replayed, over which window: `audit log, 2026-11-01 to 2026-11-08`.
    pub window: String,
    /// How many events, flows or calls that was.
    pub events: u64,
    /// What would have been denied, each in one line.
    pub denied: Vec<String>,
    /// What could not be decided, each in one line.
    pub undecided: Vec<String>,
}
