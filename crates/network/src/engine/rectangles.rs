//! All pairs of classes, as many at a time as are alike.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::classes::{ClassId, number};
use super::pool::{ConnectionsId, Pool};
use super::rows::{Row, Scratch};
use super::{Engine, Side};
use crate::rule::Direction;

/// Every class of one list can send the same to every class of another.
#[derive(Clone, Copy, Debug)]
pub struct Rectangle<'e> {
    /// The senders.
    pub from: &'e [ClassId],
    /// The receivers.
    pub to: &'e [ClassId],
    /// What they can send.
    pub connections: ConnectionsId,
    /// How many pods are in the senders' classes.
    pub senders: u64,
    /// How many pods are in the receivers' classes.
    pub receivers: u64,
}

impl Engine<'_> {
    /// Visits all pairs of classes between which something may go through, as rectangles that do not overlap. The senders are
    /// divided among threads, each with a value of its own; these are given in the order of the senders.
    ///
    /// Of what is on the same node pairs may say something else: see [`Engine::near`]. A class stands beside itself too, for
    /// two of its endpoints.
    pub fn rectangles<T: Send>(
        &self,
        start: impl Fn() -> T + Sync,
        visit: impl Fn(&mut T, Rectangle<'_>) + Sync,
    ) -> Vec<T> {
        self.make_rows();
        let groups = self.sides[Direction::Egress as usize].ranges.len();
        let chunk = groups.div_ceil(rayon::current_num_threads().saturating_mul(8).max(1)).max(1);
        let starts: Vec<usize> = (0..groups).step_by(chunk).collect();
        let part = |&first: &usize| {
            let mut value = start();
            self.senders(number(first), number((first + chunk).min(groups)), &mut value, &visit);
            value
        };
        starts.par_iter().map(part).collect()
    }

    /// Makes the rows of all receivers. Those of senders are made when their turn comes, and not kept.
    fn make_rows(&self) {
        let side = &self.sides[Direction::Ingress as usize];
        let rows: Vec<u32> = (0..number(side.rows.len())).collect();
        rows.par_iter().with_min_len(8).for_each_init(Scratch::default, |scratch, &group| {
            if let Some(cell) = side.rows.get(group as usize) {
                cell.get_or_init(|| Arc::new(self.make_row(Direction::Ingress, group, scratch)));
            }
        });
    }

    /// Visits the rectangles of some groups of senders.
    fn senders<T>(&self, first: u32, after: u32, value: &mut T, visit: &impl Fn(&mut T, Rectangle<'_>)) {
        let [ingress, egress] = &self.sides;
        let receiver = |(group, range): (usize, &(u32, u32))| Receivers {
            classes: ingress.slice(*range),
            range: *range,
            row: ingress.rows.get(group).and_then(|cell| cell.get()),
        };
        let receivers: Vec<Receivers<'_>> = ingress.ranges.iter().enumerate().map(receiver).collect();
        // How far each receiver's row was read: senders come in the order in which rows have them.
        let mut read: Vec<usize> = vec![usize::MAX; receivers.len()];
        let mut scratch = Scratch::default();
        let mut joined = Joined { pool: &self.pool, known: FxHashMap::default() };
        let (mut theirs, mut ours) = (Parts::default(), Parts::default());
        for group in first..after {
            let Some(&range) = egress.ranges.get(group as usize) else { continue };
            let senders = egress.slice(range);
            if senders.is_empty() {
                continue;
            }
            let row = match egress.rows.get(group as usize).and_then(|cell| cell.get()) {
                Some(row) => Arc::clone(row),
                None => Arc::new(self.make_row(Direction::Egress, group, &mut scratch)),
            };
            let whole = |value: &mut T, run: Option<(u32, u32, ConnectionsId)>| {
                let Some((first, after, connections)) = run else { return };
                let (to, receivers) = (ingress.slice((first, after)), ingress.pods((first, after)));
                let rectangle =
                    Rectangle { from: senders, to, connections, senders: egress.pods(range), receivers };
                visit(value, rectangle);
            };
            // Groups of receivers, one after another, that see all of these senders alike and are seen alike.
            let mut run: Option<(u32, u32, ConnectionsId)> = None;
            let mut of_sender = 0;
            for (Receivers { classes: to, range: place, row: other }, read) in receivers.iter().zip(&mut read)
            {
                let Some(other) = other else { continue };
                let own = advance(&row.others, &mut of_sender, *place);
                if *read == usize::MAX {
                    *read = other.others.partition_point(|&(position, _)| position < range.0);
                }
                let their = advance(&other.others, read, range);
                if to.is_empty() {
                    continue;
                }
                if own.is_empty() && their.is_empty() {
                    let both = joined.of(row.most, other.most);
                    match &mut run {
                        Some((_, after, known)) if *after == place.0 && *known == both => *after = place.1,
                        _ => {
                            let next = (both != ConnectionsId::NOTHING).then_some((place.0, place.1, both));
                            whole(value, std::mem::replace(&mut run, next));
                        }
                    }
                    continue;
                }
                if (own.is_empty() && self.pool.is_final(row.most))
                    || (their.is_empty() && self.pool.is_final(other.most))
                {
                    continue;
                }
                ours.divide(self, to, place.0, own, row.most);
                theirs.divide(self, senders, range.0, their, other.most);
                ours.visit((to, ingress.pods(*place)), |connections, (to, receivers)| {
                    if self.pool.is_final(connections) {
                        return;
                    }
                    theirs.visit((senders, egress.pods(range)), |other, (from, senders)| {
                        let connections = joined.of(connections, other);
                        if connections != ConnectionsId::NOTHING {
                            visit(value, Rectangle { from, to, connections, senders, receivers });
                        }
                    });
                });
            }
            whole(value, run);
        }
    }
}

/// What was joined before on this thread.
struct Joined<'e> {
    pool: &'e Pool,
    known: FxHashMap<(ConnectionsId, ConnectionsId), ConnectionsId>,
}

impl Joined<'_> {
    fn of(&mut self, sent: ConnectionsId, received: ConnectionsId) -> ConnectionsId {
        *self.known.entry((sent, received)).or_insert_with(|| self.pool.and(sent, received))
    }
}

/// A group of receivers.
struct Receivers<'e> {
    classes: &'e [ClassId],
    /// Where they stand in the order of receivers.
    range: (u32, u32),
    row: Option<&'e Arc<Row>>,
}

impl Side {
    fn slice(&self, (first, after): (u32, u32)) -> &[ClassId] {
        self.order.get(first as usize..after as usize).unwrap_or_default()
    }

    /// How many pods are in a part of the order.
    fn pods(&self, (first, after): (u32, u32)) -> u64 {
        let before = |place: u32| self.pods.get(place as usize).copied().unwrap_or_default();
        before(after).saturating_sub(before(first))
    }
}

/// The entries of a row with positions of a range; `at` is moved behind them, and was not behind the first before.
fn advance<'r>(
    others: &'r [(u32, ConnectionsId)],
    at: &mut usize,
    (first, after): (u32, u32),
) -> &'r [(u32, ConnectionsId)] {
    while others.get(*at).is_some_and(|&(position, _)| position < first) {
        *at += 1;
    }
    let from = *at;
    while others.get(*at).is_some_and(|&(position, _)| position < after) {
        *at += 1;
    }
    others.get(from..*at).unwrap_or_default()
}

/// Classes divided by what a row says of them.
#[derive(Default)]
struct Parts {
    /// What it says of all, where it says the same of all.
    all: Option<ConnectionsId>,
    sorted: Vec<(ConnectionsId, ClassId)>,
    classes: Vec<ClassId>,
    /// What it says of each part, how many classes it has, and how many pods.
    runs: Vec<(ConnectionsId, usize, u64)>,
}

impl Parts {
    fn divide(
        &mut self,
        engine: &Engine<'_>,
        classes: &[ClassId],
        start: u32,
        others: &[(u32, ConnectionsId)],
        most: ConnectionsId,
    ) {
        self.all = match others {
            [] => Some(most),
            [(_, first), rest @ ..] if others.len() == classes.len() => {
                rest.iter().all(|(_, other)| other == first).then_some(*first)
            }
            _ => None,
        };
        if self.all.is_some() {
            return;
        }
        let mut others = others.iter().peekable();
        self.sorted.clear();
        self.sorted.extend((start..).zip(classes).map(|(position, &class)| {
            let own = others.next_if(|&&(own, _)| own == position);
            (own.map_or(most, |&(_, connections)| connections), class)
        }));
        self.sorted.sort_unstable();
        self.classes.clear();
        self.runs.clear();
        for &(connections, class) in &self.sorted {
            let pods = engine.class(class).map_or(0, |class| class.pods.len() as u64);
            self.classes.push(class);
            match self.runs.last_mut().filter(|(known, ..)| *known == connections) {
                Some((_, count, all)) => {
                    *count += 1;
                    *all += pods;
                }
                None => self.runs.push((connections, 1, pods)),
            }
        }
    }

    /// Visits the parts of classes with the number of their pods.
    fn visit(&self, classes: (&[ClassId], u64), mut visit: impl FnMut(ConnectionsId, (&[ClassId], u64))) {
        if let Some(all) = self.all {
            return visit(all, classes);
        }
        let mut rest = self.classes.as_slice();
        for &(connections, count, pods) in &self.runs {
            let Some((own, after)) = rest.split_at_checked(count) else { return };
            rest = after;
            visit(connections, (own, pods));
        }
    }
}
