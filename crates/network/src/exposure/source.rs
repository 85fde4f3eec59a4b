//! What is let in from several ends at once.

use std::sync::Arc;

use crate::cluster::Endpoint;
use crate::engine::Engine;
use crate::port::Traffic;
use crate::verdict::Verdict;

/// What rules say of one kind of traffic from several ends that it may come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Some end gets through.
    pub(super) yes: bool,
    /// Some end does not.
    pub(super) no: bool,
    /// What it depends on with others.
    pub(super) conditions: Vec<Arc<str>>,
}

impl Said {
    /// Asks about each end.
    pub(super) fn of(
        engine: &Engine<'_>,
        from: impl Iterator<Item = Endpoint>,
        to: Endpoint,
        traffic: Traffic,
    ) -> Self {
        let mut said = Self::default();
        let mut ids: Vec<_> = from.filter_map(|from| engine.connections_id(from, to)).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            match engine.get(id).at(traffic) {
                Some(Verdict::Allow | Verdict::Limited(_)) => said.yes = true,
                Some(Verdict::Depends(conditions)) => said.conditions.extend(conditions.iter().cloned()),
                Some(Verdict::Broken) => said.conditions.push("the plug-in let it in before".into()),
                Some(Verdict::Deny) | None => said.no = true,
            }
        }
        said
    }

    /// Both lists of ends.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        Self { yes: self.yes || other.yes, no: self.no || other.no, conditions: self.conditions }
    }

    /// One verdict. Where some ends get through and others do not it depends on these words.
    pub(super) fn verdict(mut self, mixed: &str) -> Verdict {
        if self.yes && self.no {
            self.conditions.push(mixed.into());
        }
        match (self.conditions.is_empty(), self.yes) {
            (true, true) => Verdict::Allow,
            (true, false) => Verdict::Deny,
            (false, _) => {
                self.conditions.sort();
                self.conditions.dedup();
                Verdict::Depends(self.conditions)
            }
        }
    }
}
