//! What became of the records of flow logs.

use std::collections::BTreeMap;

use crate::flow::LogPlace;

/// So many bad records are kept with their reasons; the rest is counted.
const KEPT: usize = 100;

/// What became of the records of flow logs: everything that was read is in exactly one of these counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowTally {
    /// Records, or packets, that were read.
    pub records: u64,
    /// Those that told of a flow.
    pub flows: u64,
    /// Replies to flows.
    pub replies: u64,
    /// Those that are well-formed and tell of no flow, by the reason why.
    pub passed: BTreeMap<&'static str, u64>,
    /// Those that could not be understood.
    pub bad: u64,
    /// The first of them.
    pub first_bad: Vec<BadRecord>,
    /// How many events the observer itself says that it lost: flows may be missing.
    pub lost: u64,
    /// Flows that were left out because there were too many different ones.
    pub overflow: u64,
}

/// A record that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRecord {
    /// Where it stands.
    pub place: LogPlace,
    /// Why it could not be understood, without a full stop.
    pub why: String,
}

impl FlowTally {
    /// Whether everything that was read was understood, and the observer lost nothing.
    pub fn is_whole(&self) -> bool {
        self.bad == 0 && self.lost == 0 && self.overflow == 0
    }

    pub(crate) fn pass(&mut self, why: &'static str) {
        *self.passed.entry(why).or_default() += 1;
    }

    pub(crate) fn bad(&mut self, place: LogPlace, why: String) {
        self.bad += 1;
        if self.first_bad.len() < KEPT {
            self.first_bad.push(BadRecord { place, why });
        }
    }
}
