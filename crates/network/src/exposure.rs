//! How far workloads are open: to and from the internet, pods that nobody knows, other namespaces, and by which ways
//! something comes in from outside.
//!
//! The engine answers for ends that stand for what is not known: a pod without labels in a namespace that has none but
//! its name, and a node where none was read. What such a pod may, any pod may that somebody starts.

mod guard;
mod internet;
mod neighbours;
mod source;
mod way;

use std::collections::BTreeMap;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Endpoint, Node, Pod};
use crate::connectivity::{Open, PortSet};
use crate::engine::{ClassId, ConnectionsId, Engine};
use crate::kinds::Policies;
use crate::profile::{Options, Profile, lower};
use crate::rule::Direction;

pub use self::guard::Guard;
pub use self::way::{Entry, Way};

use self::internet::Internet;

/// How far a workload is open. Of several pods whatever holds for one of them is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// Its kind.
    pub kind: Text,
    /// Its pods: places in [`Cluster::pods`].
    pub pods: Vec<u32>,
    /// What policies say about what it receives, where they say least.
    pub ingress: Guard,
    /// What policies say about what it sends.
    pub egress: Guard,
    /// What policies let in from some address of the internet, if it gets as far as the pod.
    pub from_internet: Open,
    /// What of it they let in from every address of IPv4, or every one of IPv6.
    pub from_everywhere: PortSet,
    /// What they let out to some address of the internet.
    pub to_internet: Open,
    /// What they let in from any pod of the cluster.
    pub from_cluster: Open,
    /// What they let out to any pod of the cluster.
    pub to_cluster: Open,
    /// The other namespaces of which some pod that is there may reach it.
    pub from_namespaces: Vec<Text>,
    /// By which ways something comes in from outside the cluster, sorted.
    pub ways: Vec<Way>,
}

/// How far every workload is open, by namespace, name and kind.
pub fn exposures(
    cluster: &Cluster,
    policies: &Policies,
    profile: Profile,
    options: &Options,
) -> Vec<Exposure> {
    let count = cluster.pods.len();
    let mut cluster = cluster.clone();
    let stranger = cluster.add_stranger();
    if cluster.nodes.is_empty() {
        cluster.nodes.push(Node { name: Text::new_static("(any)"), ..Node::default() });
    }
    let lowered = lower(profile, &cluster, policies, options);
    let engine = Engine::new(&lowered);
    let internet = Internet::new(&engine);
    let mut ways = way::ways(&cluster, &engine, &internet, stranger);
    let mut looking = Looking { engine: &engine, internet: &internet, known: FxHashMap::default() };
    let mut guards = guard::Guards::new(&lowered);
    let neighbours = neighbours::Neighbours::new(&cluster, &engine, count);

    let mut workloads: BTreeMap<(Text, Text, Text), Vec<u32>> = BTreeMap::new();
    for (at, pod) in (0..).zip(&cluster.pods).take(count) {
        let key = (pod.namespace.clone(), pod.workload.clone(), pod.workload_kind.clone());
        workloads.entry(key).or_default().push(at);
    }
    workloads
        .into_iter()
        .map(|(key, pods)| {
            let mut classes: Vec<(ClassId, u32)> =
                pods.iter().filter_map(|&at| Some((engine.class_of(Endpoint::Pod(at))?, at))).collect();
            classes.sort_unstable();
            classes.dedup_by_key(|(class, _)| *class);
            let mut guard = |direction| {
                let of = |&(_, at): &(ClassId, u32)| guards.of(&engine, at, direction);
                classes.iter().map(of).min().unwrap_or_default()
            };
            let (namespace, name, kind) = key.clone();
            let mut exposure = Exposure {
                from_namespaces: neighbours.of(&namespace, classes.iter().map(|(class, _)| *class)),
                ingress: guard(Direction::Ingress),
                egress: guard(Direction::Egress),
                ways: ways.remove(&key).unwrap_or_default(),
                from_internet: Open::default(),
                from_everywhere: PortSet::default(),
                to_internet: Open::default(),
                from_cluster: Open::default(),
                to_cluster: Open::default(),
                namespace,
                name,
                kind,
                pods: Vec::new(),
            };
            for (_, at) in classes {
                looking.at(Endpoint::Pod(at), stranger, &mut exposure);
            }
            exposure.pods = pods;
            exposure
        })
        .collect()
}

/// Looks at pods from outside, and out of them.
struct Looking<'a> {
    engine: &'a Engine<'a>,
    internet: &'a Internet,
    known: FxHashMap<ConnectionsId, Open>,
}

impl Looking<'_> {
    fn at(&mut self, pod: Endpoint, stranger: Endpoint, exposure: &mut Exposure) {
        let internet = self.internet;
        for family in &internet.families {
            let mut everywhere: Option<PortSet> = None;
            for open in self.each(family.iter().map(|&address| (address, pod))) {
                everywhere =
                    Some(everywhere.map_or_else(|| open.ports.clone(), |ports| ports.and(&open.ports)));
                exposure.from_internet.add(&open);
            }
            exposure.from_everywhere.add(&everywhere.unwrap_or_default());
            for open in self.each(family.iter().map(|&address| (pod, address))) {
                exposure.to_internet.add(&open);
            }
        }
        exposure.from_cluster.add(&self.open(stranger, pod));
        exposure.to_cluster.add(&self.open(pod, stranger));
    }

    fn open(&mut self, from: Endpoint, to: Endpoint) -> Open {
        self.each(std::iter::once((from, to))).pop().unwrap_or_default()
    }

    /// The different things that pairs let through.
    fn each(&mut self, pairs: impl Iterator<Item = (Endpoint, Endpoint)>) -> Vec<Open> {
        let mut ids: Vec<ConnectionsId> =
            pairs.filter_map(|(from, to)| self.engine.connections_id(from, to)).collect();
        ids.sort_unstable();
        ids.dedup();
        let open = |id| self.known.entry(id).or_insert_with(|| Open::from(&self.engine.get(id))).clone();
        ids.into_iter().map(open).collect()
    }
}

impl Cluster {
    /// Adds a pod that stands for any that somebody may start: without labels, in a namespace that has none but its
    /// name.
    fn add_stranger(&mut self) -> Endpoint {
        self.add_unknown("(any)", "(any)")
    }

    /// Adds a pod of which nothing is known but its namespace, which is added too.
    pub(crate) fn add_unknown(&mut self, namespace: &'static str, name: &'static str) -> Endpoint {
        let (namespace, name) = (Text::new_static(namespace), Text::new_static(name));
        self.add_namespace(&namespace);
        self.pods.push(Pod {
            namespace,
            workload_kind: Text::new_static("Pod"),
            workload: name.clone(),
            name,
            service_account: Text::new_static("default"),
            replicas: 1,
            ..Pod::default()
        });
        Endpoint::Pod(u32::try_from(self.pods.len() - 1).unwrap_or(u32::MAX))
    }
}
