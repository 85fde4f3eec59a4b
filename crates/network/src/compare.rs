//! Where profiles differ: between whom one lets through what another does not.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::address::{AddressSet, atoms};
use crate::cluster::{Cluster, Endpoint};
use crate::diff::{Somebody, joined};
use crate::engine::{ClassId, Connections, ConnectionsId, Engine};
use crate::map::{Cell, Map};

/// What goes through between some and others under each of several profiles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The senders, by name.
    pub from: Vec<String>,
    /// The receivers.
    pub to: Vec<String>,
    /// What each of these can send to each of those, in the order of the profiles: `TCP 80`, `nothing`.
    pub told: Vec<String>,
}

/// Who has one verdict under every profile: the classes that its members are in, and an endpoint for all of them.
struct Group {
    end: Endpoint,
    members: Vec<Somebody>,
}

/// What all of a group have in common: their classes, the node that it is, and whether they are wanted.
type Key = (Vec<Option<ClassId>>, Option<u32>, bool);

/// The pairs of workloads, nodes and stretches of addresses for which profiles differ in protocols with ports, as far as they are
/// wanted.
pub fn differences(
    cluster: &Cluster,
    engines: &[&Engine<'_>],
    wanted: impl Fn(Endpoint, Endpoint) -> bool,
) -> Vec<Difference> {
    let groups = groups(cluster, engines, &wanted);
    let mut known: FxHashMap<Vec<Option<ConnectionsId>>, Option<Vec<String>>> = FxHashMap::default();
    let mut found: BTreeMap<(Vec<String>, usize), BTreeSet<usize>> = BTreeMap::new();
    for (sender, from) in groups.iter().enumerate() {
        for (receiver, to) in groups.iter().enumerate() {
            let outside = |group: &Group| matches!(group.end, Endpoint::Address(_));
            if outside(from) && outside(to) || !wanted(from.end, to.end) {
                continue;
            }
            let ids: Vec<Option<ConnectionsId>> =
                engines.iter().map(|engine| engine.connections_id(from.end, to.end)).collect();
            let told = known.entry(ids).or_insert_with_key(|ids| {
                let (told, ports): Told =
                    engines.iter().zip(ids).map(|(engine, id)| told(engine, *id)).unzip();
                differ(&ports).then_some(told)
            });
            if let Some(told) = told {
                found.entry((told.clone(), receiver)).or_default().insert(sender);
            }
        }
    }
    let mut merged: BTreeMap<(Vec<String>, BTreeSet<usize>), BTreeSet<usize>> = BTreeMap::new();
    for ((told, receiver), senders) in found {
        merged.entry((told, senders)).or_default().insert(receiver);
    }
    let people = |places: &BTreeSet<usize>| -> Vec<String> {
        let members = places.iter().filter_map(|&place| groups.get(place)).flat_map(|group| &group.members);
        joined(members.cloned()).iter().map(ToString::to_string).collect()
    };
    let mut all: Vec<Difference> = merged
        .into_iter()
        .map(|((told, from), to)| Difference { from: people(&from), to: people(&to), told })
        .collect();
    all.sort();
    all
}

/// What goes through as maps tell it, and what of it has ports.
fn told(engine: &Engine<'_>, id: Option<ConnectionsId>) -> (String, String) {
    let Some(id) = id else { return ("nothing".to_owned(), "nothing".to_owned()) };
    let connections = engine.get(id);
    let ports = connections.with_ports().to_string();
    (connections.without_open_rest().map_or(connections, |(told, _)| told).to_string(), ports)
}

/// Whether not all are the same.
fn differ(told: &[String]) -> bool {
    told.iter().any(|other| Some(other) != told.first())
}

/// Everybody by the classes that they are in under each profile. Ends that are wanted and ends that are not stay apart.
fn groups(
    cluster: &Cluster,
    engines: &[&Engine<'_>],
    wanted: &impl Fn(Endpoint, Endpoint) -> bool,
) -> Vec<Group> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    let mut add = |end: Endpoint, who: Somebody| {
        let classes = engines.iter().map(|engine| engine.class_of(end)).collect();
        // Nodes are seen otherwise by pods on them, so each stands for itself.
        let node = if let Endpoint::Node(at) = end { Some(at) } else { None };
        let group = groups
            .entry((classes, node, wanted(end, end)))
            .or_insert_with(|| Group { end, members: Vec::new() });
        if group.members.last() != Some(&who) {
            group.members.push(who);
        }
    };
    let pods = (0..).zip(&cluster.pods).map(|(at, _)| Endpoint::Pod(at));
    let nodes = (0..).zip(&cluster.nodes).map(|(at, _)| Endpoint::Node(at));
    for end in pods.chain(nodes) {
        if let Some(who) = Somebody::of(end, cluster) {
            add(end, who);
        }
    }
    let stretches: Vec<AddressSet> = engines
        .iter()
        .flat_map(|engine| engine.lowered().outside.iter().map(|&(range, _)| [range].into_iter().collect()))
        .collect();
    for (first, last) in atoms(&stretches) {
        add(Endpoint::Address(first), Somebody::Outside([(first, last)].into_iter().collect()));
    }
    groups.into_values().collect()
}

/// What goes through under each profile, and what of it has ports.
type Told = (Vec<String>, Vec<String>);

/// A cell with nothing of protocols without ports. How many pairs have all of it was counted with these, so that it is told in
/// another way: what every pair has, or else how many have something.
fn with_ports(cell: &Cell) -> Cell {
    let most = cell.most.with_ports();
    let least = cell.least.as_ref().map(Connections::with_ports).filter(|least| !least.is_nothing());
    let narrower = cell.open == cell.pairs && !cell.is_whole() && least.as_ref() != Some(&most);
    let full = if narrower { 0 } else { cell.open };
    Cell { most, least: least.filter(|_| narrower), full, ..cell.clone() }
}

/// The cells in which maps of one scale differ in protocols with ports, each made under a profile of its own.
pub fn differing(maps: &[Map]) -> Vec<Difference> {
    let nothing = || vec!["nothing".to_owned(); maps.len()];
    let mut cells: BTreeMap<(&str, &str), Told> = BTreeMap::new();
    for (at, map) in maps.iter().enumerate() {
        for cell in &map.cells {
            let (Some(from), Some(to)) = (map.unit(cell.from), map.unit(cell.to)) else { continue };
            let (told, ports) = cells.entry((&from.name, &to.name)).or_insert_with(|| (nothing(), nothing()));
            let with_ports = with_ports(cell);
            let is_nothing = with_ports.most.is_nothing();
            if let (Some(told), Some(ports)) = (told.get_mut(at), ports.get_mut(at)) {
                *told = map.told(cell);
                *ports = if is_nothing { "nothing".to_owned() } else { map.told(&with_ports) };
            }
        }
    }
    cells
        .into_iter()
        .filter(|(_, (_, ports))| differ(ports))
        .map(|((from, to), (told, _))| Difference {
            from: vec![from.to_owned()],
            to: vec![to.to_owned()],
            told,
        })
        .collect()
}
