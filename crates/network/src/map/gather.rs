//! What every unit can send to every other, from the rectangles of the engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::cluster::Endpoint;
use crate::engine::{ClassId, Connections, ConnectionsId, Engine};
use crate::map::units::Units;
use crate::map::{Cell, Kind, Level, Unit};

/// Cells, and on what it depends whether protocols without ports go through: that is not in the cells.
pub(super) type Found = (Vec<Cell>, BTreeSet<Arc<str>>);

/// Pairs of endpoints by what goes through between them, for each two units.
type Tally = FxHashMap<(u32, u32), Vec<(ConnectionsId, i64)>>;

/// What a note says of protocols without ports.
pub(super) fn note(open: &BTreeSet<Arc<str>>) -> Option<String> {
    let conditions: Vec<&str> = open.iter().map(AsRef::as_ref).collect();
    (!conditions.is_empty()).then(|| {
        format!(
            "ICMP and other protocols without ports where they depend on whether {}",
            conditions.join(", and whether ")
        )
    })
}

/// All cells in which something may go through. What is outside has none with itself.
pub(super) fn cells(engine: &Engine<'_>, units: &Units) -> Found {
    let start = || (Tally::default(), Sums::new(units), Sums::new(units));
    let parts = engine.rectangles(start, |(tally, senders, receivers), rectangle| {
        senders.fill(units, rectangle.from);
        receivers.fill(units, rectangle.to);
        for (from, sending) in senders.sums() {
            for (to, receiving) in receivers.sums() {
                add(tally.entry((from, to)).or_default(), rectangle.connections, product(sending, receiving));
            }
        }
    });
    let mut tally = Tally::default();
    for (part, ..) in parts {
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (pair, counts) in part {
            let all = tally.entry(pair).or_default();
            for (connections, count) in counts {
                add(all, connections, count);
            }
        }
    }
    finish(engine, units, tally, |_, _| true)
}

/// The cells of some units with all others, in both directions.
pub(super) fn around(engine: &Engine<'_>, units: &Units, centre: &[u32]) -> Found {
    let is_centre = |unit: u32| centre.contains(&unit);
    let mut tally = Tally::default();
    let classes = || (0..).zip(&units.of_class).filter_map(|(at, of)| Some((engine.class_at(at)?, of)));
    for (own, within) in classes().filter(|(_, of)| of.iter().any(|(unit, _)| is_centre(*unit))) {
        for (other, of) in classes() {
            let (Some(sent), Some(received)) = (engine.between(own, other), engine.between(other, own))
            else {
                continue;
            };
            for &(unit, count) in within.iter().filter(|(unit, _)| is_centre(*unit)) {
                for &(peer, number) in of {
                    let pairs = product(count, number);
                    if sent != ConnectionsId::NOTHING {
                        add(tally.entry((unit, peer)).or_default(), sent, pairs);
                    }
                    // Between two in the centre each is met as the first once.
                    if received != ConnectionsId::NOTHING && !is_centre(peer) {
                        add(tally.entry((peer, unit)).or_default(), received, pairs);
                    }
                }
            }
        }
    }
    finish(engine, units, tally, |from, to| is_centre(from) || is_centre(to))
}

/// What single pods would send to another pod of their kind: what the cell of their unit with itself would say.
pub(super) fn alone(engine: &Engine<'_>, units: &Units) -> Vec<Option<Connections>> {
    let mut alone = vec![None; units.list.len()];
    for (at, of) in (0..).zip(&units.of_class) {
        for &(unit, count) in of {
            let single = units.list.get(unit as usize).is_some_and(|unit| unit.size <= 1) && count == 1;
            let Some(slot) = alone.get_mut(unit as usize).filter(|_| single) else { continue };
            let connections = engine.class_at(at).and_then(|class| engine.between(class, class));
            let told = |own: Connections| own.without_open_rest().map_or(own, |(told, _)| told);
            *slot = connections.map(|own| told(engine.get(own))).filter(|own| !own.is_nothing());
        }
    }
    alone
}

/// Cells of a tally: without pairs of an endpoint with itself, and with the truth about pairs on one node.
fn finish(
    engine: &Engine<'_>,
    units: &Units,
    mut tally: Tally,
    is_asked: impl Fn(u32, u32) -> bool,
) -> Found {
    for (at, of) in (0..).zip(&units.of_class) {
        let Some(connections) = engine.class_at(at).and_then(|class| engine.between(class, class)) else {
            continue;
        };
        if connections == ConnectionsId::NOTHING {
            continue;
        }
        for &(unit, count) in of.iter().filter(|(unit, _)| is_asked(*unit, *unit)) {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            add(tally.entry((unit, unit)).or_default(), connections, -count);
        }
    }
    let unit = |endpoint| match endpoint {
        Endpoint::Pod(at) => {
            units.of_pods.get(at as usize).map(|unit| (*unit, units.weights.get(at as usize)))
        }
        Endpoint::Node(at) => units.of_nodes.get(at as usize).map(|unit| (*unit, None)),
        Endpoint::Address(_) => None,
    };
    for near in engine.near() {
        let (Some((from, sending)), Some((to, receiving))) = (unit(near.from), unit(near.to)) else {
            continue;
        };
        if !is_asked(from, to) {
            continue;
        }
        let count = product(sending.copied().unwrap_or(1), receiving.copied().unwrap_or(1));
        let counts = tally.entry((from, to)).or_default();
        if near.apart != ConnectionsId::NOTHING {
            add(counts, near.apart, -count);
        }
        if near.together != ConnectionsId::NOTHING {
            add(counts, near.together, count);
        }
    }
    let mut sizes: Vec<u64> = vec![0; units.list.len()];
    for &(unit, count) in units.of_class.iter().flatten() {
        if let Some(size) = sizes.get_mut(unit as usize) {
            *size += count;
        }
    }
    let mut wide =
        Widest { engine, known: FxHashMap::default(), values: FxHashMap::default(), open: BTreeSet::new() };
    let mut cells: Vec<Cell> = tally
        .into_iter()
        .filter_map(|((from, to), counts)| {
            let (sender, receiver) = (units.list.get(from as usize)?, units.list.get(to as usize)?);
            let pairs = pairs((from, sender), (to, receiver), &sizes)?;
            cell((from, to), counts, pairs, &mut wide)
        })
        .collect();
    cells.sort_unstable_by_key(|cell| (cell.from, cell.to));
    (cells, wide.open)
}

/// How many pairs two units have; `None` where a map says nothing of them.
fn pairs(from: (u32, &Unit), to: (u32, &Unit), sizes: &[u64]) -> Option<u64> {
    let size = |at: u32| sizes.get(at as usize).copied().unwrap_or_default();
    if from.1.kind == Kind::Outside && to.1.kind == Kind::Outside {
        return None;
    }
    let own = if from.0 == to.0 { size(from.0) } else { 0 };
    Some(size(from.0) * size(to.0) - own).filter(|pairs| *pairs > 0)
}

fn cell(
    (from, to): (u32, u32),
    counts: Vec<(ConnectionsId, i64)>,
    pairs: u64,
    wide: &mut Widest<'_, '_>,
) -> Option<Cell> {
    let mut counts: Vec<(ConnectionsId, u64)> = counts
        .into_iter()
        .filter_map(|(connections, count)| {
            Some((connections, u64::try_from(count).ok().filter(|&count| count > 0)?))
        })
        .filter(|(connections, _)| !wide.value(*connections).is_nothing())
        .collect();
    counts.sort_unstable();
    let open = counts.iter().map(|(_, count)| count).sum::<u64>().min(pairs);
    let ids: Vec<ConnectionsId> = counts.iter().map(|(connections, _)| *connections).collect();
    let Span { most, least, full } = wide.of(&ids)?;
    let all = counts.iter().zip(&full).filter(|(_, full)| **full).map(|((_, count), _)| count).sum::<u64>();
    let full = all.min(pairs);
    let least = least.filter(|_| full < pairs && open == pairs);
    let level = if open == pairs && ids == [ConnectionsId::EVERYTHING] {
        Level::Everything
    } else if most.lets_some_through() {
        Level::Some
    } else {
        Level::Depends
    };
    Some(Cell { from, to, most, least, full, open, pairs, level })
}

/// How wide some connections are.
#[derive(Clone)]
struct Span {
    /// The most of all.
    most: Connections,
    /// What is in all of them, if anything.
    least: Option<Connections>,
    /// Of each whether it is all of the most.
    full: Vec<bool>,
}

/// The most and the least of some connections, found once for each different set of them.
struct Widest<'a, 'e> {
    engine: &'a Engine<'e>,
    known: FxHashMap<Vec<ConnectionsId>, Span>,
    values: FxHashMap<ConnectionsId, Connections>,
    /// On what it depends whether protocols without ports go through.
    open: BTreeSet<Arc<str>>,
}

impl Widest<'_, '_> {
    /// Connections as a map tells them.
    fn value(&mut self, id: ConnectionsId) -> &Connections {
        self.values.entry(id).or_insert_with(|| {
            let connections = self.engine.get(id);
            match connections.without_open_rest() {
                Some((told, conditions)) => {
                    self.open.extend(conditions);
                    told
                }
                None => connections,
            }
        })
    }

    fn of(&mut self, ids: &[ConnectionsId]) -> Option<Span> {
        if let Some(known) = self.known.get(ids) {
            return Some(known.clone());
        }
        let mut both: Option<(Connections, Connections)> = None;
        for id in ids {
            let own = self.value(*id);
            both = Some(match both {
                Some((most, least)) => (most.or(own), least.and(own)),
                None => (own.clone(), own.clone()),
            });
        }
        let (most, least) = both?;
        let full = ids.iter().map(|id| self.value(*id).is_as_wide_as(&most)).collect();
        let span = Span { most, least: Some(least).filter(|least| !least.is_nothing()), full };
        self.known.insert(ids.to_vec(), span.clone());
        Some(span)
    }
}

fn add(counts: &mut Vec<(ConnectionsId, i64)>, connections: ConnectionsId, more: i64) {
    match counts.iter_mut().find(|(known, _)| *known == connections) {
        Some((_, count)) => *count += more,
        None => counts.push((connections, more)),
    }
}

fn product(one: u64, other: u64) -> i64 {
    i64::try_from(one.saturating_mul(other)).unwrap_or(i64::MAX)
}

/// How many endpoints of some classes are in each unit.
struct Sums {
    of: Vec<u64>,
    touched: Vec<u32>,
}

impl Sums {
    fn new(units: &Units) -> Self {
        Self { of: vec![0; units.list.len()], touched: Vec::new() }
    }

    fn fill(&mut self, units: &Units, classes: &[ClassId]) {
        for unit in self.touched.drain(..) {
            if let Some(sum) = self.of.get_mut(unit as usize) {
                *sum = 0;
            }
        }
        for &(unit, count) in classes.iter().filter_map(|class| units.of_class.get(class.index())).flatten() {
            let Some(sum) = self.of.get_mut(unit as usize) else { continue };
            if *sum == 0 {
                self.touched.push(unit);
            }
            *sum += count;
        }
    }

    fn sums(&self) -> impl Iterator<Item = (u32, u64)> {
        self.touched.iter().map(|&unit| (unit, self.of.get(unit as usize).copied().unwrap_or_default()))
    }
}
