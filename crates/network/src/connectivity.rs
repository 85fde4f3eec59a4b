//! The list of connections: which workloads may connect to each other, to which stretches of outside addresses, and at
//! which ports.
//!
//! What it looks like follows netpol-analyzer: a line a pair, `shop/web[Deployment] => shop/db[StatefulSet] : TCP
//! 5432`. A workload and itself are no pair, nor are two stretches of addresses; pairs without a connection are left
//! out.

mod entry;
mod ports;

use std::collections::BTreeMap;
use std::fmt;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::address::{AddressRange, after, atoms};
use crate::cluster::{Cluster, Endpoint, Pod};
use crate::engine::{Connections, ConnectionsId, Engine};
use crate::lowered::Lowered;
use crate::profile::Profile;
use crate::reach::Stretch;
use crate::rule::Direction;
use crate::verdict::Verdict;
use crate::view::ViewId;

pub(crate) use entry::led_to;
pub use ports::PortSet;

/// One end of a connection in the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// All pods of a workload.
    Workload {
        /// Its namespace.
        namespace: Text,
        /// Its name.
        name: Text,
        /// Its kind.
        kind: Text,
    },
    /// A stretch of addresses outside the cluster.
    Outside(AddressRange),
    /// Whatever serves Ingress and Route objects.
    IngressController,
}

impl fmt::Display for Side {
    /// `shop/web[Deployment]`, `0.0.0.0-255.255.255.255[External]`, `{ingress-controller}`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workload { namespace, name, kind } => write!(out, "{namespace}/{name}[{kind}]"),
            Self::Outside((first, last)) => write!(out, "{first}-{last}[External]"),
            Self::IngressController => out.write_str("{ingress-controller}"),
        }
    }
}

/// What one end may open to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Who opens it.
    pub from: Side,
    /// To whom.
    pub to: Side,
    /// What goes through, at least for one pair of their pods.
    pub open: Open,
}

impl fmt::Display for Connection {
    /// `shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} => {} : {}", self.from, self.to, self.open)
    }
}

/// What goes through, and what may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Open {
    /// Ports at which it goes through for certain.
    pub ports: PortSet,
    /// Other ports at which it may: it depends on what is not known.
    pub perhaps: PortSet,
}

impl Open {
    /// Whether nothing goes through, for certain.
    pub fn is_nothing(&self) -> bool {
        self.ports.is_empty() && self.perhaps.is_empty()
    }

    /// Adds what another way lets through.
    pub fn add(&mut self, other: &Self) {
        self.ports.add(&other.ports);
        self.perhaps.add(&other.perhaps);
        self.perhaps = self.perhaps.minus(&self.ports);
    }
}

impl From<&Connections> for Open {
    fn from(connections: &Connections) -> Self {
        let mut open = Self::default();
        for part in connections.parts() {
            let Stretch { protocol, first, last } = part.traffic;
            match part.verdict {
                Verdict::Allow | Verdict::Limited(_) => open.ports.insert(protocol, first, last),
                Verdict::Depends(_) | Verdict::Broken => open.perhaps.insert(protocol, first, last),
                Verdict::Deny => {}
            }
        }
        open
    }
}

impl fmt::Display for Open {
    /// `TCP 5432`; what depends follows behind `perhaps`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ports.is_empty(), self.perhaps.is_empty()) {
            (_, true) => write!(out, "{}", self.ports),
            (true, false) => write!(out, "perhaps {}", self.perhaps),
            (false, false) => write!(out, "{}, perhaps {}", self.ports, self.perhaps),
        }
    }
}

impl Engine<'_> {
    /// The list of connections, sorted as lines. Where `controller` is given (see
    /// [`Cluster::add_ingress_controller`]), what Ingress and Route objects lead to is in it.
    pub fn listed(&self, cluster: &Cluster, controller: Option<Endpoint>) -> Vec<Connection> {
        let mut list =
            List { engine: self, lowered: self.lowered(), known: FxHashMap::default(), found: Vec::new() };
        list.pairs(cluster, controller);
        if let Some(controller) = controller {
            list.entries(cluster, controller);
        }
        list.found.sort_by_cached_key(ToString::to_string);
        list.found
    }
}

struct List<'a> {
    engine: &'a Engine<'a>,
    lowered: &'a Lowered,
    known: FxHashMap<ConnectionsId, Open>,
    found: Vec<Connection>,
}

impl List<'_> {
    fn pairs(&mut self, cluster: &Cluster, controller: Option<Endpoint>) {
        let mut workloads: BTreeMap<Side, Vec<u32>> = BTreeMap::new();
        for (at, pod) in (0..).zip(&cluster.pods) {
            if controller != Some(Endpoint::Pod(at)) {
                workloads.entry(self.side(pod)).or_default().push(at);
            }
        }
        // Pods that are seen alike and stand on the same node count once.
        for pods in workloads.values_mut() {
            pods.sort_unstable_by_key(|&at| self.sight(at));
            pods.dedup_by_key(|at| self.sight(*at));
        }
        for (from, senders) in &workloads {
            for (to, receivers) in &workloads {
                if from != to {
                    let mut through = Open::default();
                    for &sender in senders {
                        for &receiver in receivers {
                            through.add(&self.through(Endpoint::Pod(sender), Endpoint::Pod(receiver)));
                        }
                    }
                    self.push(from.clone(), to.clone(), through);
                }
            }
        }
        for direction in Direction::ALL {
            let stretches = self.outside(direction);
            for (workload, pods) in &workloads {
                self.with_outside(direction, workload, pods, &stretches);
            }
        }
    }

    fn with_outside(
        &mut self,
        direction: Direction,
        workload: &Side,
        pods: &[u32],
        stretches: &[AddressRange],
    ) {
        let mut joined: Vec<(AddressRange, Open)> = Vec::new();
        for &(first, last) in stretches {
            let mut through = Open::default();
            for &pod in pods {
                let (pod, address) = (Endpoint::Pod(pod), Endpoint::Address(first));
                through.add(&match direction {
                    Direction::Ingress => self.through(address, pod),
                    Direction::Egress => self.through(pod, address),
                });
            }
            match joined.last_mut() {
                // netpol-analyzer tells stretches apart wherever some policy has an edge.
                Some(((_, end), known))
                    if self.lowered.profile != Profile::NpGuard
                        && *known == through
                        && after(*end) == Some(first) =>
                {
                    *end = last;
                }
                _ => joined.push(((first, last), through)),
            }
        }
        for (range, through) in joined {
            let outside = Side::Outside(range);
            match direction {
                Direction::Ingress => self.push(outside, workload.clone(), through),
                Direction::Egress => self.push(workload.clone(), outside, through),
            }
        }
    }

    /// The stretches of addresses outside the cluster that the rules of a direction tell apart.
    fn outside(&self, direction: Direction) -> Vec<AddressRange> {
        if self.lowered.profile != Profile::NpGuard {
            return self.lowered.outside.iter().map(|&(range, _)| range).collect();
        }
        let rules = self.lowered.rules.iter().filter(|rule| rule.direction == direction);
        let sets = rules.flat_map(|rule| &rule.peers.0).filter_map(|conjunct| conjunct.addresses.as_deref());
        atoms(sets).into_iter().filter(|(first, _)| first.is_ipv4()).collect()
    }

    fn push(&mut self, from: Side, to: Side, open: Open) {
        if !open.is_nothing() {
            self.found.push(Connection { from, to, open });
        }
    }

    /// The workload that a pod is shown as: for netpol-analyzer what made the pod itself.
    fn side(&self, pod: &Pod) -> Side {
        let owner = pod.owner.as_ref().filter(|_| self.lowered.profile == Profile::NpGuard);
        let (kind, name) = match owner {
            Some(owner) if owner.kind.is_empty() => (Text::new_static("Pod"), owner.name.clone()),
            Some(owner) => (owner.kind.clone(), owner.name.clone()),
            None => (pod.workload_kind.clone(), pod.workload.clone()),
        };
        Side::Workload { namespace: pod.namespace.clone(), name, kind }
    }

    fn sight(&self, pod: u32) -> Option<(ViewId, ViewId, Option<u32>)> {
        self.lowered.pods.get(pod as usize).map(|sight| (sight.remote, sight.local, sight.node))
    }

    /// What both ends let through.
    fn through(&mut self, from: Endpoint, to: Endpoint) -> Open {
        let Some(id) = self.engine.connections_id(from, to) else { return Open::default() };
        self.known.entry(id).or_insert_with(|| Open::from(&self.engine.get(id))).clone()
    }
}
