//! The same map with fewer units.

use std::collections::BTreeMap;

use crate::address::{AddressSet, block, range};
use crate::map::{Cell, Kind, Level, Map, Scale, Unit, collapse};
use crate::name::internet;

/// A picture of more units than these is folded.
const READABLE: usize = 60;
/// A picture has no more units than these.
const MOST: usize = 160;

/// A picture of more stretches of addresses than these has them in groups.
const STRETCHES: usize = 12;

/// What units are told as one by: their kind, namespace and name.
type Key = (Kind, String, String);

/// Addresses by what they are: of the internet as soon as one is.
fn group(addresses: &AddressSet) -> &'static str {
    let private: AddressSet = PRIVATE.iter().filter_map(|text| block(text)).map(range).collect();
    if !addresses.and(&internet()).is_empty() {
        "internet addresses"
    } else if !addresses.and(&private).is_empty() {
        "private addresses"
    } else {
        "other addresses"
    }
}

/// The blocks of private networks. (Sources: RFC 1918, RFC 4193.)
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

impl Map {
    /// A map of workloads as one of their namespaces.
    #[must_use]
    pub(super) fn by_namespace(&self) -> Self {
        let map = self.by(|_, unit| match unit.kind {
            Kind::Workload | Kind::Namespace => {
                (Kind::Namespace, unit.namespace.clone(), unit.namespace.clone())
            }
            Kind::Nodes => (Kind::Nodes, String::new(), "nodes".to_owned()),
            Kind::Outside => (Kind::Outside, String::new(), "outside".to_owned()),
        });
        Self { scale: Scale::Namespaces, focus: None, ..map }
    }

    /// The same with what is outside in a few groups: addresses of the internet, private ones, and others.
    #[must_use]
    fn with_few_outside(&self) -> Self {
        let mut map = self.by(|at, unit| match unit.kind {
            Kind::Outside => (Kind::Outside, String::new(), group(&unit.addresses).to_owned()),
            // Units are ordered by their number.
            kind => (kind, unit.namespace.clone(), format!("{at:08} {}", unit.name)),
        });
        for unit in &mut map.units {
            let count = unit.all.len();
            unit.name = match unit.kind {
                Kind::Outside if count > 1 => format!("{}, {count} stretches", unit.name),
                Kind::Outside => unit.all.first().cloned().unwrap_or_default(),
                _ => unit.name.split_once(' ').map(|(_, name)| name.to_owned()).unwrap_or_default(),
            };
        }
        map
    }

    /// The map with units that have one key as one. What pairs of theirs can send is the most of all.
    fn by(&self, key: impl Fn(usize, &Unit) -> Key) -> Self {
        let keys: Vec<Key> = self.units.iter().enumerate().map(|(at, unit)| key(at, unit)).collect();
        let mut places: BTreeMap<&Key, u32> = keys.iter().map(|key| (key, 0)).collect();
        let mut units: Vec<Unit> = Vec::with_capacity(places.len());
        for (at, ((kind, namespace, name), place)) in (0..).zip(&mut places) {
            *place = at;
            units.push(Unit {
                kind: *kind,
                namespace: namespace.clone(),
                name: name.clone(),
                ..Unit::default()
            });
        }
        let of: Vec<u32> = keys.iter().map(|key| places.get(key).copied().unwrap_or_default()).collect();
        for (unit, &place) in self.units.iter().zip(&of) {
            if let Some(own) = units.get_mut(place as usize) {
                own.size += unit.size;
                own.ends += unit.ends;
                own.all.extend(unit.all.iter().cloned());
                own.addresses = own.addresses.or(&unit.addresses);
            }
        }
        let place = |unit: u32| of.get(unit as usize).copied().unwrap_or_default();
        let mut cells: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
        for cell in &self.cells {
            let (from, to) = (place(cell.from), place(cell.to));
            cells
                .entry((from, to))
                .and_modify(|known| {
                    known.join(cell);
                })
                .or_insert_with(|| Cell { from, to, ..cell.clone() });
        }
        let mut cells: Vec<Cell> = cells.into_values().collect();
        for cell in &mut cells {
            // Pairs between which nothing goes through had no cell.
            let ends = |unit: u32| units.get(unit as usize).map_or(0, |unit| unit.ends);
            let own = if cell.from == cell.to { ends(cell.from) } else { 0 };
            cell.pairs = (ends(cell.from) * ends(cell.to) - own).max(cell.open);
            if cell.open < cell.pairs {
                cell.least = None;
                if cell.level == Level::Everything {
                    cell.level = Level::Some;
                }
            }
        }
        let focus = self.focus.as_ref().map(|layers| layers.renamed(place));
        Self { units, cells, focus, ..self.clone() }.numbered()
    }

    /// Namespaces that send and receive the same as one unit.
    #[must_use]
    pub(super) fn alike(self) -> Self {
        collapse::collapse(self, &[], &[]).numbered()
    }

    /// The map as a picture may show it.
    pub(super) fn readable(&self) -> Self {
        let mut map = self.clone();
        let outside = map.units.iter().filter(|unit| unit.kind == Kind::Outside).count();
        if outside > STRETCHES {
            map = map.with_few_outside();
            map.notes.push(format!(
                "{outside} different stretches of addresses one by one: they are told in groups; take table, csv or json"
            ));
        }
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
