//! All pairs of classes, as many at a time as are alike.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::classes::{ClassId, number};
use super::pool::ConnectionsId;
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
        let mut joined: FxHashMap<(ConnectionsId, ConnectionsId), ConnectionsId> = FxHashMap::default();
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
            let mut of_sender = 0;
            for (Receivers { classes: to, range: place, row: other }, read) in receivers.iter().zip(&mut read)
            {
                let Some(other) = other else { continue };
                let own = advance(&row.others, &mut of_sender, *place);
                if *read == usize::MAX {
                    *read = other.others.partition_point(|&(position, _)| position < range.0);
                }
                let their = advance(&other.others, read, range);
                if to.is_empty()
                    || (own.is_empty() && self.pool.is_final(row.most))
                    || (their.is_empty() && self.pool.is_final(other.most))
                {
                    continue;
                }
                ours.divide(to, place.0, own, row.most);
                theirs.divide(senders, range.0, their, other.most);
                ours.visit(to, |connections, to| {
                    if self.pool.is_final(connections) {
                        return;
                    }
                    theirs.visit(senders, |other, from| {
                        let key = (connections, other);
                        let both = *joined.entry(key).or_insert_with(|| self.pool.and(connections, other));
                        if both != ConnectionsId::NOTHING {
                            visit(value, Rectangle { from, to, connections: both });
                        }
                    });
                });
            }
        }
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
}

impl Parts {
    fn divide(
        &mut self,
        classes: &[ClassId],
        start: u32,
        others: &[(u32, ConnectionsId)],
        most: ConnectionsId,
    ) {
        let same = match others {
            [] => Some(most),
            [(_, first), rest @ ..] if others.len() == classes.len() => {
                rest.iter().all(|(_, other)| other == first).then_some(*first)
            }
            _ => None,
        };
        self.all = same;
        if same.is_some() {
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
        self.classes.extend(self.sorted.iter().map(|&(_, class)| class));
    }

    fn visit(&self, classes: &[ClassId], mut visit: impl FnMut(ConnectionsId, &[ClassId])) {
        if let Some(all) = self.all {
            return visit(all, classes);
        }
        let mut at = 0;
        for part in self.sorted.chunk_by(|one, other| one.0 == other.0) {
            let own = self.classes.get(at..at + part.len()).unwrap_or_default();
            at += part.len();
            if let Some(&(connections, _)) = part.first() {
                visit(connections, own);
            }
        }
    }
}
