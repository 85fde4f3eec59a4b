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
use crate::decide::{candidates, judge};
use crate::lowered::Lowered;
use crate::port::{PortMatch, Protocol, Traffic, named};
use crate::profile::Profile;
use crate::rule::Direction;
use crate::verdict::Verdict;
use crate::view::ViewId;

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
    /// At which ports it goes through for certain, at least for one pair of their pods.
    pub ports: PortSet,
    /// At which others it may: it depends on what is not known.
    pub perhaps: PortSet,
}

impl fmt::Display for Connection {
    /// `shop/web[Deployment] => shop/db[StatefulSet] : TCP 5432`; what depends follows behind `perhaps`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} => {} : ", self.from, self.to)?;
        match (self.ports.is_empty(), self.perhaps.is_empty()) {
            (_, true) => write!(out, "{}", self.ports),
            (true, false) => write!(out, "perhaps {}", self.perhaps),
            (false, false) => write!(out, "{}, perhaps {}", self.ports, self.perhaps),
        }
    }
}

/// What goes through and what may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Through {
    ports: PortSet,
    perhaps: PortSet,
}

impl Through {
    fn add(&mut self, other: &Self) {
        self.ports.add(&other.ports);
        self.perhaps.add(&other.perhaps);
        self.perhaps = self.perhaps.minus(&self.ports);
    }

    /// What both ends let through.
    fn and(&self, other: &Self) -> Self {
        let ports = self.ports.and(&other.ports);
        let mut one = self.ports.clone();
        one.add(&self.perhaps);
        let mut two = other.ports.clone();
        two.add(&other.perhaps);
        Self { perhaps: one.and(&two).minus(&ports), ports }
    }
}

impl Lowered {
    /// The list of connections, sorted as lines. Where `controller` is given (see
    /// [`Cluster::add_ingress_controller`]), what Ingress and Route objects lead to is in it.
    pub fn connections(&self, cluster: &Cluster, controller: Option<Endpoint>) -> Vec<Connection> {
        let mut list = List { lowered: self, ends: FxHashMap::default(), found: Vec::new() };
        list.pairs(cluster, controller);
        if let Some(controller) = controller {
            list.entries(cluster, controller);
        }
        list.found.sort_by_cached_key(ToString::to_string);
        list.found
    }
}

struct List<'a> {
    lowered: &'a Lowered,
    /// What each end says to the other, by subject and peer.
    ends: FxHashMap<(Direction, ViewId, ViewId), Through>,
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
                    let mut through = Through::default();
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
        let mut joined: Vec<(AddressRange, Through)> = Vec::new();
        for &(first, last) in stretches {
            let mut through = Through::default();
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

    fn push(&mut self, from: Side, to: Side, through: Through) {
        let Through { ports, perhaps } = through;
        if !ports.is_empty() || !perhaps.is_empty() {
            self.found.push(Connection { from, to, ports, perhaps });
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
    fn through(&mut self, from: Endpoint, to: Endpoint) -> Through {
        let sent = self.end(Direction::Egress, from, to);
        if sent.ports.is_empty() && sent.perhaps.is_empty() {
            return sent;
        }
        sent.and(&self.end(Direction::Ingress, to, from))
    }

    fn end(&mut self, direction: Direction, subject: Endpoint, peer: Endpoint) -> Through {
        // A subject judges as what it is on its own node.
        let own = self.lowered.node(subject);
        let (Some(subject), Some(peer)) = (self.lowered.view(subject, own), self.lowered.view(peer, own))
        else {
            return Through::default();
        };
        if let Some(known) = self.ends.get(&(direction, subject, peer)) {
            return known.clone();
        }
        let through = self.judged(direction, subject, peer);
        self.ends.insert((direction, subject, peer), through.clone());
        through
    }

    /// Asks the rules between two views once for every stretch of ports that they tell apart.
    fn judged(&self, direction: Direction, subject: ViewId, peer: ViewId) -> Through {
        let views = &self.lowered.views;
        let (Some(subject), Some(peer)) = (views.get(subject.index()), views.get(peer.index())) else {
            return Through::default();
        };
        let rules = &self.lowered.rules;
        let between = candidates(rules, direction, subject, peer);
        let named = named(direction, subject, peer);
        let mut through = Through::default();
        for protocol in Protocol::WITH_PORTS {
            let mut starts: Vec<u16> = vec![1];
            let asked = between.iter().filter_map(|candidate| rules.get(candidate.rule as usize));
            for port in asked.flat_map(|rule| rule.ports.iter()).flat_map(|ports| ports.iter()) {
                if let PortMatch::Range { protocol: own, first, last } = port
                    && *own == protocol
                {
                    starts.push(*first);
                    starts.extend(last.checked_add(1));
                }
            }
            for port in named.iter().filter(|port| port.protocol == protocol) {
                starts.push(port.number);
                starts.extend(port.number.checked_add(1));
            }
            starts.retain(|&start| start > 0);
            starts.sort_unstable();
            starts.dedup();
            let ends = starts.iter().skip(1).map(|next| next - 1).chain([u16::MAX]);
            for (&first, last) in starts.iter().zip(ends) {
                match judge(rules, &between, named, Traffic { protocol, port: first }).verdict {
                    Verdict::Allow | Verdict::Limited(_) => through.ports.insert(protocol, first, last),
                    Verdict::Depends(_) | Verdict::Broken => through.perhaps.insert(protocol, first, last),
                    Verdict::Deny => {}
                }
            }
        }
        through
    }
}
