//! What holds between most units, so that a picture shows what is otherwise.

use rustc_hash::FxHashMap;

use crate::engine::Connections;
use crate::map::{Kind, Level, Map};

/// What holds between more than half of all units: pictures tell it once and draw what is otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// What one can send to the other.
    pub most: Connections,
    /// How much that is.
    pub level: Level,
    /// The pairs of units between which it is something else, nothing among it: sender and receiver, sorted.
    pub others: Vec<(u32, u32)>,
}

impl Map {
    /// What holds between more than half of all pairs of different units, if that is anything but nothing. A map with a focus has
    /// none: it is read unit by unit.
    pub fn base(&self) -> Option<Base> {
        if self.focus.is_some() || self.units.len() < 3 {
            return None;
        }
        let mut counts: FxHashMap<(&Connections, Level, bool), usize> = FxHashMap::default();
        for cell in self.cells.iter().filter(|cell| cell.from != cell.to) {
            *counts.entry((&cell.most, cell.level, cell.is_whole())).or_default() += 1;
        }
        let (&(most, level, whole), &count) =
            counts.iter().max_by_key(|(value, count)| (**count, value.1))?;
        let pairs: Vec<(u32, u32)> = self.pairs().collect();
        if !whole || count * 2 <= pairs.len() {
            return None;
        }
        let is_other = |&(from, to): &(u32, u32)| {
            !self
                .cell(from, to)
                .is_some_and(|cell| cell.most == *most && cell.level == level && cell.is_whole())
        };
        let others = pairs.into_iter().filter(is_other).collect();
        Some(Base { most: most.clone(), level, others })
    }

    /// All pairs of different units of which a map says something.
    fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let units = || (0..).zip(&self.units);
        units().flat_map(move |(from, sender)| {
            let told = move |kind: Kind| sender.kind != Kind::Outside || kind != Kind::Outside;
            units().filter(move |(to, unit)| *to != from && told(unit.kind)).map(move |(to, _)| (from, to))
        })
    }
}
