//! The same map with fewer units.

use std::collections::BTreeMap;

use crate::map::{Cell, Kind, Level, Map, Scale, Unit, collapse};

/// A picture of more units than these is folded.
const READABLE: usize = 60;
/// A picture has no more units than these.
const MOST: usize = 160;

impl Map {
    /// A map of workloads as one of their namespaces.
    #[must_use]
    pub(super) fn by_namespace(&self) -> Self {
        let mut places: BTreeMap<(Kind, &str), u32> = BTreeMap::new();
        let kind = |unit: &Unit| if unit.kind == Kind::Workload { Kind::Namespace } else { unit.kind };
        for unit in &self.units {
            places.insert((kind(unit), unit.namespace.as_str()), 0);
        }
        let mut units: Vec<Unit> = Vec::with_capacity(places.len());
        for (at, ((kind, namespace), place)) in (0..).zip(&mut places) {
            *place = at;
            let name = match kind {
                Kind::Outside => "outside",
                Kind::Nodes => "nodes",
                Kind::Namespace | Kind::Workload => namespace,
            };
            let (namespace, name) = ((*namespace).to_owned(), name.to_owned());
            units.push(Unit { kind: *kind, namespace, all: Vec::new(), name, size: 0, ends: 0 });
        }
        let of =
            |unit: &Unit| places.get(&(kind(unit), unit.namespace.as_str())).copied().unwrap_or_default();
        for unit in &self.units {
            if let Some(own) = units.get_mut(of(unit) as usize) {
                own.size += unit.size;
                own.ends += unit.ends;
                own.all.extend(unit.all.iter().cloned());
            }
        }
        let place = |unit: u32| self.unit(unit).map(&of).unwrap_or_default();
        let mut cells: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
        for cell in &self.cells {
            let (from, to) = (place(cell.from), place(cell.to));
            cells
                .entry((from, to))
                .and_modify(|known| {
                    known.open += cell.open;
                    known.pairs += cell.pairs;
                    known.most = known.most.or(&cell.most);
                    known.level = if known.level == cell.level { cell.level } else { Level::Some };
                })
                .or_insert_with(|| Cell { from, to, ..cell.clone() });
        }
        let mut cells: Vec<Cell> = cells.into_values().collect();
        for cell in &mut cells {
            // Pairs between which nothing goes through had no cell.
            let ends = |unit: u32| units.get(unit as usize).map_or(0, |unit| unit.ends);
            let own = if cell.from == cell.to { ends(cell.from) } else { 0 };
            cell.pairs = (ends(cell.from) * ends(cell.to) - own).max(cell.open);
            if cell.open < cell.pairs && cell.level == Level::Everything {
                cell.level = Level::Some;
            }
        }
        Self {
            scale: Scale::Namespaces,
            units,
            cells,
            focus: None,
            profile: self.profile,
            notes: self.notes.clone(),
        }
    }

    /// Namespaces that send and receive the same as one unit.
    #[must_use]
    pub(super) fn alike(self) -> Self {
        collapse::collapse(self, &[], &[])
    }

    /// The map as a picture may show it.
    pub(super) fn readable(&self) -> Self {
        let mut map = self.clone();
        if map.scale == Scale::Workloads && map.focus.is_none() && map.units.len() > MOST {
            let note =
                format!("{} units of workloads that differ: these are their namespaces", map.units.len());
            map = map.by_namespace();
            map.notes.push(note);
        }
        if map.scale == Scale::Namespaces && map.units.len() > READABLE {
            map = map.alike();
        }
        if map.units.len() > MOST {
            map.notes.push(format!(
                "{} of {} units, because nobody could read so many: put a part into the focus, or take csv or json",
                map.units.len() - MOST,
                map.units.len()
            ));
            let most = u32::try_from(MOST).unwrap_or(u32::MAX);
            map.units.truncate(MOST);
            map.cells.retain(|cell| cell.from < most && cell.to < most);
            let left = map.focus.take().map(|layers| layers.within(most));
            map.focus = left;
        }
        map
    }
}
