//! The parts of a cluster that a map shows.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::address::AddressSet;
use crate::cluster::{Cluster, Endpoint};
use crate::engine::{ClassId, Engine};
use crate::map::{Kind, Unit};
use crate::reach::Whom;

/// Units, and the unit of each endpoint.
pub(super) struct Units {
    pub(super) list: Vec<Unit>,
    /// For each class the units that it is in, with the number of pods that are in both.
    pub(super) of_class: Vec<Vec<(u32, u64)>>,
    /// By pod.
    pub(super) of_pods: Vec<u32>,
    /// By node.
    pub(super) of_nodes: Vec<u32>,
    /// How much each pod counts for.
    pub(super) weights: Vec<u64>,
}

/// Something that may become a unit, or a part of one.
struct Part {
    kind: Kind,
    namespace: String,
    name: String,
    full: String,
    pods: Vec<u32>,
    nodes: Vec<u32>,
    outside: Vec<u32>,
}

impl Part {
    fn new(kind: Kind, namespace: &str, name: String) -> Self {
        Self {
            kind,
            namespace: namespace.to_owned(),
            full: name.clone(),
            name,
            pods: Vec::new(),
            nodes: Vec::new(),
            outside: Vec::new(),
        }
    }
}

/// A unit for each namespace, one for all nodes and one for all that is outside.
pub(super) fn namespaces(engine: &Engine<'_>, cluster: &Cluster) -> Units {
    let mut parts: BTreeMap<(Kind, String), Part> = BTreeMap::new();
    for (at, pod) in (0..).zip(&cluster.pods) {
        let name = pod.namespace.to_string();
        let part = parts
            .entry((Kind::Namespace, name.clone()))
            .or_insert_with(|| Part::new(Kind::Namespace, &name, name.clone()));
        part.pods.push(at);
    }
    let mut parts: Vec<Part> = parts.into_values().collect();
    if !cluster.nodes.is_empty() {
        let nodes = (0..).zip(&cluster.nodes).map(|(at, _)| at).collect();
        parts.push(Part { nodes, ..Part::new(Kind::Nodes, "", "nodes".to_owned()) });
    }
    let outside = (0..).zip(&engine.lowered().outside).map(|(at, _)| at).collect();
    parts.push(Part { outside, ..Part::new(Kind::Outside, "", "outside".to_owned()) });
    Units::new(engine, cluster, parts, |_| Join::Never)
}

/// A unit for each workload, or for all of one namespace whose pods are in the same classes; all nodes that are alike, and all
/// addresses outside that are. The workloads of the `apart` are not joined with others.
pub(super) fn workloads(engine: &Engine<'_>, cluster: &Cluster, apart: &[Endpoint]) -> Units {
    let mut parts: BTreeMap<(&str, &str, &str), Part> = BTreeMap::new();
    for (at, pod) in (0..).zip(&cluster.pods) {
        let key = (&*pod.namespace, &*pod.workload, &*pod.workload_kind);
        let part = parts.entry(key).or_insert_with(|| {
            let name = format!("{}/{}", pod.namespace, pod.workload);
            let full = format!("{} {name}", pod.workload_kind);
            Part { full, ..Part::new(Kind::Workload, &pod.namespace, name) }
        });
        part.pods.push(at);
    }
    let mut parts: Vec<Part> = parts.into_values().collect();
    for (at, node) in (0..).zip(&cluster.nodes) {
        let name = format!("node/{}", node.name);
        parts.push(Part { nodes: vec![at], ..Part::new(Kind::Nodes, "", name) });
    }
    for (at, &((first, last), _)) in (0..).zip(&engine.lowered().outside) {
        let name = Whom::Outside(first, last).name(cluster);
        parts.push(Part { outside: vec![at], ..Part::new(Kind::Outside, "", name) });
    }
    let pods: FxHashSet<u32> =
        apart.iter().filter_map(|end| if let Endpoint::Pod(at) = end { Some(*at) } else { None }).collect();
    let nodes: FxHashSet<u32> =
        apart.iter().filter_map(|end| if let Endpoint::Node(at) = end { Some(*at) } else { None }).collect();
    Units::new(engine, cluster, parts, |part| {
        let alone = part.pods.iter().any(|pod| pods.contains(pod))
            || part.nodes.iter().any(|node| nodes.contains(node));
        if alone { Join::Never } else { Join::Alike }
    })
}

/// Whether a part may become one unit with others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Never,
    /// With those of its namespace in the same classes.
    Alike,
}

impl Units {
    fn new(engine: &Engine<'_>, cluster: &Cluster, parts: Vec<Part>, join: impl Fn(&Part) -> Join) -> Self {
        let weight = |pod: &crate::cluster::Pod| u64::from(pod.replicas.max(1));
        let mut units = Self {
            list: Vec::new(),
            of_class: vec![Vec::new(); engine.classes().len()],
            of_pods: vec![0; cluster.pods.len()],
            of_nodes: vec![0; cluster.nodes.len()],
            weights: cluster.pods.iter().map(weight).collect(),
        };
        let mut known: FxHashMap<(Kind, String, Vec<ClassId>), u32> = FxHashMap::default();
        let mut counts: Vec<BTreeMap<ClassId, u64>> = Vec::new();
        for part in parts {
            let mut classes: BTreeMap<ClassId, u64> = BTreeMap::new();
            for pod in &part.pods {
                let weight = units.weights.get(*pod as usize).copied().unwrap_or(1);
                if let Some(class) = engine.class_of(Endpoint::Pod(*pod)) {
                    *classes.entry(class).or_default() += weight;
                }
            }
            for node in &part.nodes {
                if let Some(class) = engine.class_of(Endpoint::Node(*node)) {
                    *classes.entry(class).or_default() += 1;
                }
            }
            for stretch in &part.outside {
                if let Some(class) = engine.class_of_outside(*stretch) {
                    *classes.entry(class).or_default() += 1;
                }
            }
            let next = u32::try_from(units.list.len()).unwrap_or(u32::MAX);
            let unit = if join(&part) == Join::Alike {
                let key = (part.kind, part.namespace.clone(), classes.keys().copied().collect());
                *known.entry(key).or_insert(next)
            } else {
                next
            };
            if unit == next {
                units.list.push(Unit {
                    kind: part.kind,
                    namespace: part.namespace,
                    name: part.name,
                    all: Vec::new(),
                    size: 0,
                    addresses: AddressSet::default(),
                    ends: 0,
                });
                counts.push(BTreeMap::new());
            }
            if let (Some(unit), Some(own)) =
                (units.list.get_mut(unit as usize), counts.get_mut(unit as usize))
            {
                unit.all.push(part.full);
                let stretches =
                    part.outside.iter().filter_map(|&at| engine.lowered().outside.get(at as usize));
                unit.addresses = unit.addresses.or(&stretches.map(|&(stretch, _)| stretch).collect());
                for (class, count) in classes {
                    unit.ends += count;
                    if unit.kind != Kind::Outside {
                        unit.size += count;
                    }
                    *own.entry(class).or_default() += count;
                }
            }
            for pod in part.pods {
                if let Some(of) = units.of_pods.get_mut(pod as usize) {
                    *of = unit;
                }
            }
            for node in part.nodes {
                if let Some(of) = units.of_nodes.get_mut(node as usize) {
                    *of = unit;
                }
            }
        }
        for (unit, own) in (0..).zip(counts) {
            for (class, count) in own {
                if let Some(units) = units.of_class.get_mut(class.index()) {
                    units.push((unit, count));
                }
            }
        }
        name_all(&mut units.list);
        units
    }

    /// The unit of an endpoint.
    pub(super) fn of(&self, endpoint: Endpoint) -> Option<u32> {
        match endpoint {
            Endpoint::Pod(at) => self.of_pods.get(at as usize).copied(),
            Endpoint::Node(at) => self.of_nodes.get(at as usize).copied(),
            Endpoint::Address(_) => None,
        }
    }
}

/// So many stretches of addresses are told one by one in a name.
const FEW: usize = 3;

/// Names units after all that they stand for.
pub(super) fn name_all(units: &mut [Unit]) {
    for unit in units {
        let count = unit.all.len();
        unit.name = match (unit.kind, unit.all.as_slice()) {
            (Kind::Outside, [_, ..]) => unit.addresses.told(FEW),
            (_, [] | [_]) => continue,
            (Kind::Namespace, [first, ..]) => format!("{first} and {} like it", count - 1),
            (Kind::Nodes, _) => format!("{count} nodes"),
            (_, [first, ..]) => {
                format!("{} and {} like it", first.split(' ').next_back().unwrap_or(first), count - 1)
            }
        };
    }
}
