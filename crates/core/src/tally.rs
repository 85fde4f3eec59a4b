//! How often a check said what.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts of targets by verdict. A target counts once a check, however many findings there are about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Targets that passed.
    pub pass: u64,
    /// Targets that failed.
    pub fail: u64,
    /// Targets the question does not arise for.
    pub not_applicable: u64,
    /// Targets nothing could be said about.
    pub unknown: u64,
    /// Targets a person must look at.
    pub manual: u64,
}

/// The tally of every check that was asked at least once, by id.
pub type Tallies = BTreeMap<&'static str, Tally>;

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.not_applicable += other.not_applicable;
        self.unknown += other.unknown;
        self.manual += other.manual;
    }

    /// Targets with a definite answer.
    pub fn decided(&self) -> u64 {
        self.pass + self.fail
    }
}
