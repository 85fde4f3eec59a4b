//! Workloads that send and receive the same become one unit.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::engine::Connections;
use crate::map::units::name_all;
use crate::map::{Cell, Kind, Level, Map, Unit};

/// What a cell says, whatever the number of its pairs.
type Said<'a> = (&'a Connections, Option<&'a Connections>, Level, bool, bool);

/// What units of one group have in common: which one it is where it is kept by itself, and their rows and columns.
type Key<'a> = (Option<u32>, Kind, &'a str, &'a [(bool, u32, u32)]);

/// Joins units of one namespace and kind, or namespaces, whose rows and columns say the same. `alone` is what units of one pod would say to
/// themselves; those for which `keep` says so stay as they are.
pub(super) fn collapse(map: Map, alone: &[Option<Connections>], keep: &[u32]) -> Map {
    let mut said: FxHashMap<Said<'_>, u32> = FxHashMap::default();
    let mut rows: Vec<Vec<(bool, u32, u32)>> = vec![Vec::new(); map.units.len()];
    for cell in &map.cells {
        let next = u32::try_from(said.len()).unwrap_or(u32::MAX);
        let (whole, open) = (cell.is_whole(), cell.open == cell.pairs);
        let value = *said.entry((&cell.most, cell.least.as_ref(), cell.level, whole, open)).or_insert(next);
        for (unit, other, sends) in [(cell.from, cell.to, true), (cell.to, cell.from, false)] {
            if let Some(row) = rows.get_mut(unit as usize) {
                row.push((sends, other, value));
            }
        }
    }
    for ((at, own), row) in (0..).zip(alone).zip(&mut rows) {
        if let Some(own) = own {
            let level = if own.is_everything() {
                Level::Everything
            } else if own.lets_some_through() {
                Level::Some
            } else {
                Level::Depends
            };
            let next = u32::try_from(said.len()).unwrap_or(u32::MAX);
            let value = *said.entry((own, None, level, true, true)).or_insert(next);
            row.extend([(true, at, value), (false, at, value)]);
        }
    }
    for row in &mut rows {
        row.sort_unstable();
    }
    let mut groups: BTreeMap<Key<'_>, Vec<u32>> = BTreeMap::new();
    for ((at, unit), row) in (0..).zip(&map.units).zip(&rows) {
        let kept = keep.contains(&at).then_some(at);
        let namespace = if unit.kind == Kind::Namespace { "" } else { &unit.namespace };
        groups.entry((kept, unit.kind, namespace, row)).or_default().push(at);
    }
    if groups.len() == map.units.len() {
        return map;
    }
    let mut of: Vec<u32> = vec![0; map.units.len()];
    let mut groups: Vec<Vec<u32>> = groups.into_values().collect();
    groups.sort_unstable();
    let mut units: Vec<Unit> = Vec::with_capacity(groups.len());
    for (group, members) in (0..).zip(&groups) {
        let mut joined = Unit::default();
        for (place, &member) in members.iter().enumerate() {
            let Some(unit) = map.unit(member) else { continue };
            if place == 0 {
                joined = unit.clone();
            } else {
                joined.all.extend(unit.all.iter().cloned());
                joined.size += unit.size;
                joined.ends += unit.ends;
                joined.addresses = joined.addresses.or(&unit.addresses);
            }
            if let Some(of) = of.get_mut(member as usize) {
                *of = group;
            }
        }
        units.push(joined);
    }
    name_all(&mut units);
    let mut cells: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
    for cell in &map.cells {
        let group = |unit: u32| of.get(unit as usize).copied().unwrap_or_default();
        let key = (group(cell.from), group(cell.to));
        cells
            .entry(key)
            .and_modify(|known| {
                known.join(cell);
            })
            .or_insert_with(|| Cell { from: key.0, to: key.1, ..cell.clone() });
    }
    let cells = cells.into_values().collect();
    let group = |unit: u32| of.get(unit as usize).copied().unwrap_or_default();
    let focus = map.focus.as_ref().map(|layers| layers.renamed(group));
    Map {
        units,
        cells,
        focus,
        profile: map.profile,
        scale: map.scale,
        notes: map.notes,
        conditions: map.conditions,
    }
}
