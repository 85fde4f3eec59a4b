//! What is around some workloads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cluster::{Cluster, Endpoint};
use crate::engine::Engine;
use crate::map::units::Units;
use crate::map::{Cell, Kind, Layers, Map, Scale, collapse, gather, units};

/// So many units are looked around at each step at most.
const STEP: usize = 200;

/// Whom a map is about.
#[derive(Clone, Debug)]
pub struct Focus {
    /// Pods and nodes: their workloads are in the focus.
    pub members: Vec<Endpoint>,
    /// How many connections in a row are followed; at least 1.
    pub depth: u32,
    /// In which direction.
    pub toward: Toward,
}

/// Which way connections are followed from a focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Toward {
    /// To those that can send to it.
    Senders,
    /// To those that it can send to.
    Receivers,
    /// Both.
    #[default]
    Both,
}

impl Map {
    /// The map of what is around some workloads: what can send to them and what they can send to, and from there on as far as
    /// was asked. Workloads that are alike in this are one unit.
    pub fn around(engine: &Engine<'_>, cluster: &Cluster, focus: &Focus) -> Self {
        let units = units::workloads(engine, cluster, &focus.members);
        let mut centre: Vec<u32> = focus.members.iter().filter_map(|&member| units.of(member)).collect();
        centre.sort_unstable();
        centre.dedup();
        let mut around = Around {
            engine,
            units: &units,
            known: BTreeMap::new(),
            looked: Vec::new(),
            left: 0,
            open: BTreeSet::new(),
        };
        let asked = |toward| focus.toward == toward || focus.toward == Toward::Both;
        let depth = focus.depth.max(1);
        let senders = if asked(Toward::Senders) { around.layers(&centre, depth, true) } else { Vec::new() };
        let receivers =
            if asked(Toward::Receivers) { around.layers(&centre, depth, false) } else { Vec::new() };
        let (known, left, open) = (around.known, around.left, around.open);
        let layers = Layers { centre: centre.clone(), senders, receivers };
        let mut notes: Vec<String> = gather::note(&open).into_iter().collect();
        if left > 0 {
            notes.push(format!("what is around {left} more workloads, because nobody could read so much"));
        }
        let cells = known.into_values().filter(|cell| layers.hold(cell)).collect();
        let profile = engine.lowered().profile;
        let map = Self {
            profile,
            scale: Scale::Workloads,
            units: units.list,
            cells,
            focus: Some(layers),
            notes,
            conditions: Vec::new(),
        };
        let (map, centre) = map.without_strangers(&centre);
        collapse::collapse(map, &[], &centre).numbered()
    }

    /// Leaves out the units that are in none of its layers.
    fn without_strangers(self, centre: &[u32]) -> (Self, Vec<u32>) {
        let Some(layers) = self.focus else { return (self, centre.to_vec()) };
        let kept = layers.all();
        let of = |unit: u32| {
            kept.binary_search(&unit).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or_default()
        };
        let units = kept.iter().filter_map(|&unit| self.units.get(unit as usize).cloned()).collect();
        let renamed = |cell: Cell| Cell { from: of(cell.from), to: of(cell.to), ..cell };
        let cells = self.cells.into_iter().map(renamed).collect();
        let focus = Some(layers.renamed(of));
        (Self { units, cells, focus, ..self }, centre.iter().map(|&unit| of(unit)).collect())
    }
}

/// Looks around one unit after another.
struct Around<'a, 'e> {
    engine: &'a Engine<'e>,
    units: &'a Units,
    known: BTreeMap<(u32, u32), Cell>,
    looked: Vec<u32>,
    /// How many units nobody looked around.
    left: usize,
    /// On what it depends whether protocols without ports go through.
    open: BTreeSet<Arc<str>>,
}

impl Around<'_, '_> {
    /// The units one, two, … connections away from a centre, against their direction where `back` says so.
    fn layers(&mut self, centre: &[u32], depth: u32, back: bool) -> Vec<Vec<u32>> {
        let mut layers = Vec::new();
        let mut seen = centre.to_vec();
        let mut front = centre.to_vec();
        for _ in 0..depth {
            let mut new: Vec<u32> =
                front.iter().copied().filter(|unit| !self.looked.contains(unit)).collect();
            self.left += new.len().saturating_sub(STEP);
            new.truncate(STEP);
            let (cells, open) = gather::around(self.engine, self.units, &new);
            self.open.extend(open);
            self.known.extend(cells.into_iter().map(|cell| ((cell.from, cell.to), cell)));
            self.looked.extend(new);
            let ends = self.known.keys().map(|&(from, to)| if back { (to, from) } else { (from, to) });
            let mut next: Vec<u32> = ends
                .filter(|(near, far)| front.contains(near) && !seen.contains(far))
                .map(|(_, far)| far)
                .collect();
            next.sort_unstable();
            next.dedup();
            if next.is_empty() {
                break;
            }
            seen.extend(&next);
            // Nobody goes on from what is outside.
            let inside = |unit: &u32| {
                self.units.list.get(*unit as usize).is_some_and(|unit| unit.kind != Kind::Outside)
            };
            front = next.iter().copied().filter(inside).collect();
            layers.push(next);
        }
        layers
    }
}

impl Layers {
    /// Whether a cell is on a way to the focus or from it, of no more connections than were followed: all of them do that end in a
    /// layer but the last, from wherever they come among the layers.
    fn hold(&self, cell: &Cell) -> bool {
        let on = |layers: &[Vec<u32>], near: u32, far: u32| {
            let within = |units: &[Vec<u32>], unit| units.iter().any(|layer| layer.contains(&unit));
            let inner = layers.split_last().map_or(&[][..], |(_, inner)| inner);
            (self.centre.contains(&near) || within(inner, near)) && within(layers, far)
        };
        let centre = |unit| self.centre.contains(&unit);
        centre(cell.from) && centre(cell.to)
            || on(&self.senders, cell.to, cell.from)
            || on(&self.receivers, cell.from, cell.to)
    }

    /// Whether a cell leads from one layer to the next, or is within the centre.
    pub(super) fn step(&self, cell: &Cell) -> bool {
        let joins =
            |near: &[u32], far: &[u32], (one, other): (u32, u32)| near.contains(&one) && far.contains(&other);
        let leads = |layers: &[Vec<u32>], ends: (u32, u32)| {
            let inner = [&self.centre].into_iter().chain(layers);
            inner.zip(layers).any(|(near, far)| joins(near, far, ends))
        };
        joins(&self.centre, &self.centre, (cell.from, cell.to))
            || leads(&self.senders, (cell.to, cell.from))
            || leads(&self.receivers, (cell.from, cell.to))
    }

    /// All units that are in one of the layers, each once.
    fn all(&self) -> Vec<u32> {
        let layers = self.senders.iter().chain(&self.receivers).chain([&self.centre]);
        let mut all: Vec<u32> = layers.flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same without the units from a place on.
    pub(super) fn within(self, most: u32) -> Self {
        let layer = |layer: Vec<u32>| layer.into_iter().filter(|&unit| unit < most).collect::<Vec<u32>>();
        Self {
            centre: layer(self.centre),
            senders: self.senders.into_iter().map(layer).collect(),
            receivers: self.receivers.into_iter().map(layer).collect(),
        }
    }

    /// The same with other numbers of units.
    pub(super) fn renamed(&self, of: impl Fn(u32) -> u32) -> Self {
        let layer = |layer: &Vec<u32>| {
            let mut layer: Vec<u32> = layer.iter().map(|&unit| of(unit)).collect();
            layer.sort_unstable();
            layer.dedup();
            layer
        };
        Self {
            centre: layer(&self.centre),
            senders: self.senders.iter().map(layer).collect(),
            receivers: self.receivers.iter().map(layer).collect(),
        }
    }
}
