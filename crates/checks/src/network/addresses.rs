//! Who has which address.

use std::net::IpAddr;
use std::ops::ControlFlow;

use ironsides_network::AddressSet;
use ironsides_network::cluster::{Cluster, Node, Pod, Service};

/// Who has an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    /// A place in [`Cluster::services`]: the address that the cluster gave to a Service.
    Service(u32),
    /// A place in [`Cluster::pods`]: a pod with a network of its own.
    Pod(u32),
    /// A place in [`Cluster::nodes`].
    Node(u32),
}

/// All addresses of a cluster, sorted.
pub(super) struct Addresses(Vec<(IpAddr, Holder)>);

impl Addresses {
    pub(super) fn new(cluster: &Cluster) -> Self {
        // The address of a load balancer is one of the world outside.
        let services = (0..).zip(&cluster.services).filter(|(_, service)| service.kind != "LoadBalancer");
        let services = services.map(|(at, Service { addresses, .. })| (Holder::Service(at), addresses));
        let pods = (0..).zip(&cluster.pods).filter(|(_, pod)| !pod.host_network);
        let pods = pods.map(|(at, Pod { addresses, .. })| (Holder::Pod(at), addresses));
        let nodes = (0..).zip(&cluster.nodes);
        let nodes = nodes.map(|(at, Node { addresses, .. })| (Holder::Node(at), addresses));
        let held = services.chain(pods).chain(nodes);
        let mut all: Vec<(IpAddr, Holder)> = held
            .flat_map(|(holder, addresses)| addresses.iter().map(move |address| (*address, holder)))
            .collect();
        all.sort_unstable();
        Self(all)
    }

    /// The first of those with an address in a set that a function makes something of, by address.
    pub(super) fn find<T>(
        &self,
        set: &AddressSet,
        mut wanted: impl FnMut(IpAddr, Holder) -> Option<T>,
    ) -> Option<T> {
        for &(first, last) in set.ranges() {
            let from = self.0.partition_point(|&(address, _)| address < first);
            let held =
                self.0.get(from..).unwrap_or_default().iter().take_while(|&&(address, _)| address <= last);
            let mut held = held.copied();
            let found = held.try_for_each(|(address, holder)| match wanted(address, holder) {
                Some(found) => ControlFlow::Break(found),
                None => ControlFlow::Continue(()),
            });
            if let ControlFlow::Break(found) = found {
                return Some(found);
            }
        }
        None
    }
}
