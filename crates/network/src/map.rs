//! Maps: what can be sent between namespaces, or between workloads, all of it or around one of them.
//!
//! A map has [`Unit`]s and a [`Cell`] for each two of them between which something may go through. It is data: [`Map::csv`],
//! [`Map::document`], [`Map::dot`], [`Map::mermaid`], [`Map::svg`] and [`Map::html`] show it.

mod base;
mod collapse;
mod columns;
mod csv;
mod document;
mod dot;
mod drawn;
mod focus;
mod gather;
mod html;
mod matrix;
mod mermaid;
mod smaller;
mod svg;
mod units;

use std::sync::Arc;

use crate::address::AddressSet;
use crate::cluster::Cluster;
use crate::engine::{Connections, Engine};
use crate::profile::Profile;
use crate::verdict::Verdict;

pub use self::base::Base;
pub use self::document::Document;
pub use self::focus::{Focus, Toward};

/// Maps of workloads have no more units than these; beyond them namespaces are told.
const MOST: usize = 1_500;

/// A picture tells no more conditions than these.
const CONDITIONS: usize = 6;

/// What can be sent between the parts of a cluster.
#[derive(Clone, Debug)]
pub struct Map {
    /// Under which plug-in.
    pub profile: Profile,
    /// What its units are.
    pub scale: Scale,
    /// The units: namespaces or workloads by name, then nodes, then what is outside.
    pub units: Vec<Unit>,
    /// The cells by sender and receiver. Between two units without one nothing goes through.
    pub cells: Vec<Cell>,
    /// Where a focus is, the unit in it and how far each other one is from it: see [`Focus`].
    pub focus: Option<Layers>,
    /// What is not as asked, and why: sentences without a full stop.
    pub notes: Vec<String>,
    /// On what it depends what goes through, in words that go on after "whether": cells are told with their numbers, from 1 on.
    pub conditions: Vec<Arc<str>>,
}

/// What the units of a map are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Namespaces; all nodes, and all that is outside, are one each.
    Namespaces,
    /// Workloads; those of one namespace that send and receive the same are one unit.
    Workloads,
}

/// How far the units of a map are from the one in its focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// The units in the focus.
    pub centre: Vec<u32>,
    /// Those that can send to it, the nearest first, then those that can send to these, and so on.
    pub senders: Vec<Vec<u32>>,
    /// Those that it can send to.
    pub receivers: Vec<Vec<u32>>,
}

/// A part of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// What it is.
    pub kind: Kind,
    /// The namespace; empty for nodes and for what is outside.
    pub namespace: String,
    /// How it is called: `shop`, `shop/web`, `nodes`, `outside`, `shop/web and 3 like it`.
    pub name: String,
    /// All that it stands for, in full.
    pub all: Vec<String>,
    /// How many pods, or nodes, it has.
    pub size: u64,
    /// Of what is outside the addresses.
    pub addresses: AddressSet,
    /// How many ends of connections it has: of what is outside, stretches of addresses.
    ends: u64,
}

/// What a [`Unit`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A namespace.
    #[default]
    Namespace,
    /// Workloads, or pods of their own.
    Workload,
    /// Nodes.
    Nodes,
    /// Addresses outside the cluster.
    Outside,
}

impl Kind {
    /// `namespace`, `workload`, `nodes`, `outside`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Workload => "workload",
            Self::Nodes => "nodes",
            Self::Outside => "outside",
        }
    }
}

/// What one unit can send to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The sender: a place in [`Map::units`].
    pub from: u32,
    /// The receiver.
    pub to: u32,
    /// What some pair of theirs can send, the most of all pairs for each kind of traffic.
    pub most: Connections,
    /// What every pair of theirs can send, where some can send less than `most`; `None` where they have nothing in common.
    pub least: Option<Connections>,
    /// Between how many pairs all of `most` goes through.
    pub full: u64,
    /// Between how many pairs something may go through.
    pub open: u64,
    /// How many pairs there are.
    pub pairs: u64,
    /// How much that is.
    pub level: Level,
}

/// How much goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing for certain; it depends whether something does.
    Depends,
    /// Some traffic, or not between all pairs.
    Some,
    /// Everything between all pairs.
    Everything,
}

impl Level {
    /// `depends`, `some`, `everything`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depends => "depends",
            Self::Some => "some",
            Self::Everything => "everything",
        }
    }
}

impl Cell {
    /// Whether all of `most` goes through between all pairs.
    pub fn is_whole(&self) -> bool {
        self.full == self.pairs
    }

    /// Adds the pairs of another cell.
    fn join(&mut self, other: &Self) {
        let most = if self.most == other.most { self.most.clone() } else { self.most.or(&other.most) };
        let full = |cell: &Self| if cell.most.is_as_wide_as(&most) { cell.full } else { 0 };
        let full = full(self) + full(other);
        let every = |cell: &Self| if cell.is_whole() { Some(cell.most.clone()) } else { cell.least.clone() };
        let least = every(self).zip(every(other)).map(|(one, other)| one.and(&other));
        self.open += other.open;
        self.pairs += other.pairs;
        self.level = if self.level == other.level { self.level } else { Level::Some };
        self.full = full;
        self.least = least.filter(|least| !least.is_nothing() && full < self.pairs);
        self.most = most;
    }
}

impl Map {
    /// The map of all namespaces.
    pub fn namespaces(engine: &Engine<'_>, cluster: &Cluster) -> Self {
        let units = units::namespaces(engine, cluster);
        Self::gathered(engine, Scale::Namespaces, units)
    }

    /// The map of all workloads. Where there are too many to be told one by one even with those that are alike as one, it is that
    /// of the namespaces, and a note says so.
    pub fn workloads(engine: &Engine<'_>, cluster: &Cluster) -> Self {
        let units = units::workloads(engine, cluster, &[]);
        if units.list.len() > MOST {
            let mut map = Self::namespaces(engine, cluster);
            map.notes.push(format!(
                "{} different workloads, because nobody could read so many: these are their namespaces; put one workload \
                 or namespace into the focus",
                units.list.len()
            ));
            return map;
        }
        let alone = gather::alone(engine, &units);
        collapse::collapse(Self::gathered(engine, Scale::Workloads, units), &alone, &[]).numbered()
    }

    fn gathered(engine: &Engine<'_>, scale: Scale, units: units::Units) -> Self {
        let (cells, open) = gather::cells(engine, &units);
        let (profile, notes) = (engine.lowered().profile, gather::note(&open).into_iter().collect());
        let conditions = Vec::new();
        Self { profile, scale, units: units.list, cells, focus: None, notes, conditions }.numbered()
    }

    /// The same with the conditions of its cells.
    #[must_use]
    fn numbered(mut self) -> Self {
        self.conditions = self.cells.iter().flat_map(|cell| cell.most.conditions()).collect();
        self.conditions.sort();
        self.conditions.dedup();
        self
    }

    /// What the words and numbers mean with which cells are told, as far as they occur: lines without a full stop.
    pub fn legend(&self) -> Vec<String> {
        let is = |wanted: fn(&Verdict) -> bool| {
            self.cells.iter().any(|cell| cell.most.parts().iter().any(|part| wanted(&part.verdict)))
        };
        let mut lines = Vec::new();
        if is(|verdict| matches!(verdict, Verdict::Limited(_))) {
            lines.push("limited: a proxy or a handshake lets a part of it through".to_owned());
        }
        if is(|verdict| matches!(verdict, Verdict::Broken)) {
            lines.push(
                "unknown: the plug-in cannot work out what its policies say, and keeps what it enforced before"
                    .to_owned(),
            );
        }
        let numbered = self.conditions.iter().enumerate();
        lines.extend(
            numbered.map(|(at, condition)| format!("[{}] it depends on whether {condition}", at + 1)),
        );
        lines
    }

    /// The legend as far as a picture has room for it: of many conditions the first, and where the others are told.
    fn short_legend(&self) -> Vec<String> {
        let mut lines = self.legend();
        let all = self.conditions.len();
        if all > CONDITIONS {
            lines.truncate((lines.len() + CONDITIONS).saturating_sub(all));
            lines.push(format!(
                "[{}] to [{all}] are more conditions: html lists them all; table, csv and json number them themselves",
                CONDITIONS + 1
            ));
        }
        lines
    }

    /// The cell of two units.
    pub fn cell(&self, from: u32, to: u32) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&(from, to), |cell| (cell.from, cell.to)).ok()?;
        self.cells.get(at)
    }

    /// What a cell says in a few words: `TCP 80`, `all traffic`, `depends: TCP 80 [1]`; where that is not so between all pairs,
    /// between how many, and what the others can send: `all traffic (3 of 5 pairs; every pair: TCP 80)`.
    pub fn told(&self, cell: &Cell) -> String {
        let outside = |unit| self.unit(unit).is_some_and(|unit| unit.kind == Kind::Outside);
        let traffic = self.traffic(&cell.most);
        if cell.is_whole() {
            return traffic;
        }
        let of = if outside(cell.from) || outside(cell.to) {
            "some pods or addresses".to_owned()
        } else {
            format!("{} of {} pairs", cell.full, cell.pairs)
        };
        let nothing = cell.pairs.saturating_sub(cell.open);
        let others = match &cell.least {
            Some(least) => format!("; every pair: {}", self.traffic(least)),
            None if cell.full == cell.open => String::new(),
            None if nothing == 0 => "; the others less".to_owned(),
            None => "; others less, or nothing".to_owned(),
        };
        format!("{traffic} ({of}{others})")
    }

    /// Connections with the numbers of their conditions.
    fn traffic(&self, connections: &Connections) -> String {
        connections.numbered(|condition| self.conditions.binary_search(condition).ok().map(|at| at + 1))
    }

    /// A unit by its place.
    pub fn unit(&self, at: u32) -> Option<&Unit> {
        self.units.get(at as usize)
    }
}
