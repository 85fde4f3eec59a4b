//! Who is compared: workloads, nodes and stretches of addresses, by names that outlive a state.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ironsides_tree::Text;

use crate::address::{AddressRange, AddressSet, atoms};
use crate::cluster::{Cluster, Endpoint};
use crate::diff::Side;

/// Somebody who talks, by a name that outlives a state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Somebody {
    /// All pods of a workload.
    Workload {
        /// Its namespace.
        namespace: Text,
        /// Its name.
        name: Text,
        /// Its kind.
        kind: Text,
    },
    /// A node.
    Node(Text),
    /// Addresses outside the cluster.
    Outside(AddressSet),
}

impl fmt::Display for Somebody {
    /// `shop/web`, `node/n1`, `10.0.0.0/8`, `outside` for all addresses.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workload { namespace, name, .. } => write!(out, "{namespace}/{name}"),
            Self::Node(name) => write!(out, "node/{name}"),
            Self::Outside(addresses) => out.write_str(&addresses.told(4)),
        }
    }
}

/// Somebody who is in both states.
pub(super) struct Twin {
    pub(super) who: Somebody,
    pub(super) old: Endpoint,
    pub(super) new: Endpoint,
}

impl Twin {
    pub(super) fn is_outside(&self) -> bool {
        matches!(self.old, Endpoint::Address(_))
    }
}

/// Those who are in both states, in the old one alone, and in the new one alone. Pods of a workload that differ are paired in
/// the order in which they were read.
pub(super) fn twins(old: Side<'_>, new: Side<'_>) -> (Vec<Twin>, Vec<Somebody>, Vec<Somebody>) {
    let (before, after) = (people(old), people(new));
    let gone = before.keys().filter(|who| !after.contains_key(*who)).cloned().collect();
    let added = after.keys().filter(|who| !before.contains_key(*who)).cloned().collect();
    let mut twins = Vec::new();
    for (who, was) in &before {
        let Some(is) = after.get(who) else { continue };
        for place in 0..was.len().max(is.len()) {
            let (was, is) = (was.get(place).or(was.last()), is.get(place).or(is.last()));
            let (Some(&old), Some(&new)) = (was, is) else { continue };
            twins.push(Twin { who: who.clone(), old, new });
        }
    }
    let stretches = |side: Side<'_>| -> Vec<AddressSet> {
        side.engine.lowered().outside.iter().map(|&(range, _)| [range].into_iter().collect()).collect()
    };
    let (was, is) = (stretches(old), stretches(new));
    for (first, last) in atoms(was.iter().chain(&is)) {
        let who = Somebody::Outside([(first, last)].into_iter().collect());
        twins.push(Twin { who, old: Endpoint::Address(first), new: Endpoint::Address(first) });
    }
    (twins, gone, added)
}

/// One endpoint of every workload for each class that its pods are in, and every node.
fn people(side: Side<'_>) -> BTreeMap<Somebody, Vec<Endpoint>> {
    let mut people: BTreeMap<Somebody, Vec<Endpoint>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (at, _) in (0..).zip(&side.cluster.pods) {
        let endpoint = Endpoint::Pod(at);
        let Some(who) = Somebody::of(endpoint, side.cluster) else { continue };
        let class = side.engine.class_of(endpoint);
        if seen.insert((who.clone(), class)) {
            people.entry(who).or_default().push(endpoint);
        }
    }
    for (at, node) in (0..).zip(&side.cluster.nodes) {
        people.insert(Somebody::Node(node.name.clone()), vec![Endpoint::Node(at)]);
    }
    people
}

impl Somebody {
    /// Who an endpoint belongs to; `None` where there is no such endpoint.
    pub fn of(endpoint: Endpoint, cluster: &Cluster) -> Option<Self> {
        Some(match endpoint {
            Endpoint::Pod(at) => {
                let pod = cluster.pods.get(at as usize)?;
                let own = pod.workload.is_empty();
                Self::Workload {
                    namespace: pod.namespace.clone(),
                    name: if own { pod.name.clone() } else { pod.workload.clone() },
                    kind: pod.workload_kind.clone(),
                }
            }
            Endpoint::Node(at) => Self::Node(cluster.nodes.get(at as usize)?.name.clone()),
            Endpoint::Address(address) => Self::Outside([(address, address)].into_iter().collect()),
        })
    }
}

/// The same with all addresses as one.
pub(crate) fn joined(people: impl Iterator<Item = Somebody>) -> BTreeSet<Somebody> {
    let mut ranges: Vec<AddressRange> = Vec::new();
    let mut all = BTreeSet::new();
    for who in people {
        match who {
            Somebody::Outside(addresses) => ranges.extend(addresses.ranges()),
            other => {
                all.insert(other);
            }
        }
    }
    if !ranges.is_empty() {
        all.insert(Somebody::Outside(ranges.into_iter().collect()));
    }
    all
}
