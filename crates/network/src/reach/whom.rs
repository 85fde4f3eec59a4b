//! Whom a party consists of.

use std::net::IpAddr;

use crate::address::{AddressRange, AddressSet, range};
use crate::cluster::{Cluster, Endpoint};
use crate::lowered::Lowered;
use crate::name::workload_of;

/// Somebody at one end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    /// A pod: a place in [`Cluster::pods`].
    Pod(u32),
    /// A node: a place in [`Cluster::nodes`].
    Node(u32),
    /// Addresses outside the cluster that are all alike: the first and the last.
    Outside(IpAddr, IpAddr),
}

impl Whom {
    /// One endpoint that stands for it.
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Pod(at) => Endpoint::Pod(at),
            Self::Node(at) => Endpoint::Node(at),
            Self::Outside(first, _) => Endpoint::Address(first),
        }
    }

    /// Whether another is told by the same name: pods of one workload.
    pub fn is_like(self, other: Self, cluster: &Cluster) -> bool {
        let pod = |at: u32| cluster.pods.get(at as usize);
        match (self, other) {
            (Self::Pod(own), Self::Pod(other)) => match (pod(own), pod(other)) {
                (Some(own), Some(other)) => {
                    own.workload_kind == other.workload_kind && workload_of(own) == workload_of(other)
                }
                _ => false,
            },
            _ => self == other,
        }
    }

    /// For people: `shop/web`, `node/n1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.7`.
    pub fn name(self, cluster: &Cluster) -> String {
        match self {
            Self::Pod(at) => cluster.pods.get(at as usize).map(workload_of).unwrap_or_default(),
            Self::Node(at) => {
                cluster.nodes.get(at as usize).map(|node| format!("node/{}", node.name)).unwrap_or_default()
            }
            Self::Outside(first, last) => range_told((first, last)),
        }
    }
}

/// A stretch of addresses for people: an address, a block where it is one, or both ends.
pub(crate) fn range_told((first, last): AddressRange) -> String {
    if first == last {
        return first.to_string();
    }
    let bits = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        _ => 0,
    };
    let block = u8::try_from(bits).ok().and_then(|bits| ipnet::IpNet::new(first, bits).ok());
    match block.filter(|&block| range(block) == (first, last)) {
        Some(block) => block.to_string(),
        None => format!("{first}-{last}"),
    }
}

/// Somebody for each way in which members of a party are seen. Pods of one workload that are alike, and on the same node,
/// are asked for once.
pub(super) fn members(
    members: &[Endpoint],
    outside: &AddressSet,
    cluster: &Cluster,
    lowered: &Lowered,
) -> Vec<Whom> {
    let mut all: Vec<Whom> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for &member in members {
        match member {
            Endpoint::Pod(at) => {
                let Some(sight) = lowered.pods.get(at as usize) else { continue };
                let pod = cluster.pods.get(at as usize);
                let workload = pod.map(|pod| (pod.workload_kind.clone(), workload_of(pod)));
                if seen.insert((workload, sight.remote, sight.local, sight.node)) {
                    all.push(Whom::Pod(at));
                }
            }
            Endpoint::Node(at) => all.push(Whom::Node(at)),
            Endpoint::Address(address) => all.push(Whom::Outside(address, address)),
        }
    }
    for &(stretch, _) in &lowered.outside {
        let stretch: AddressSet = [stretch].into_iter().collect();
        all.extend(stretch.and(outside).ranges().iter().map(|&(first, last)| Whom::Outside(first, last)));
    }
    all
}
