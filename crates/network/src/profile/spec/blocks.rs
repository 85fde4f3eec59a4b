//! Blocks of addresses, and what has no address yet.

use std::net::IpAddr;
use std::sync::Arc;

use crate::address::{AddressSet, atoms, block, range};
use crate::cluster::Cluster;
use crate::kinds::network_policy::IpBlock;
use crate::matcher::{Conjunct, OVER_IPV4, OVER_IPV6, Requirement};
use crate::profile::Options;

use super::keys::Keys;

/// The blocks of all rules.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    sets: Vec<Arc<AddressSet>>,
    /// Where pods and nodes without a known address may have theirs.
    possible: AddressSet,
    /// Whether blocks see pods, or nodes, at all.
    seen: bool,
}

impl Blocks {
    /// For a cluster. An address that is not known is a unicast one of a family that the cluster has been seen to have; IPv4 if
    /// it has been seen to have none.
    pub(super) fn new(cluster: &Cluster, options: Options) -> Self {
        let pods = cluster.pods.iter().flat_map(|pod| &pod.addresses);
        let known: Vec<&IpAddr> = pods.chain(cluster.nodes.iter().flat_map(|node| &node.addresses)).collect();
        let six = known.iter().any(|address| address.is_ipv6());
        let four = !six || (options.dual_stack && known.iter().any(|address| address.is_ipv4()));
        let never: AddressSet = NEVER.iter().filter_map(|text| block(text)).map(range).collect();
        let everything = AddressSet::everything();
        let families = everything.ranges().iter().copied();
        let possible: AddressSet =
            families.filter(|(first, _)| if first.is_ipv4() { four } else { six }).collect();
        let seen = options.blocks_hold_pods || options.blocks_hold_nodes;
        Self { sets: Vec::new(), possible: possible.minus(&never), seen }
    }

    /// Takes what has an address in these blocks. `whose` names the rule, for texts that would be too long without.
    pub(super) fn conjuncts(
        &mut self,
        keys: &Keys,
        blocks: &[IpBlock],
        whose: impl Fn() -> String,
    ) -> Vec<Conjunct> {
        let sets = blocks.iter().map(|block| AddressSet::block(block.cidr, &block.except));
        let set: AddressSet = sets.flat_map(|set| set.ranges().to_vec()).collect();
        if set.is_empty() {
            return Vec::new();
        }
        let mut conjuncts = vec![self.within(set.clone())];
        if self.seen && !self.possible.and(&set).is_empty() {
            let condition = self.condition(&set, whose).map(Arc::from);
            let unknown = Conjunct::of([Requirement::exists(keys.address)]);
            conjuncts.push(Conjunct { condition, ..unknown });
        }
        conjuncts
    }

    /// On what it depends whether an address that is not known is in a set; `None` where every address that is possible is. The
    /// same words always mean the same set.
    fn condition(&self, set: &AddressSet, whose: impl Fn() -> String) -> Option<String> {
        let (within, without) = (self.possible.and(set), self.possible.minus(set));
        let four = |set: &AddressSet| set.ranges().iter().all(|(first, _)| first.is_ipv4());
        let six = |set: &AddressSet| set.ranges().iter().all(|(first, _)| first.is_ipv6());
        if without.is_empty() {
            return None;
        }
        if four(&within) && six(&without) {
            return Some(OVER_IPV4.to_owned());
        }
        if six(&within) && four(&without) {
            return Some(OVER_IPV6.to_owned());
        }
        if set.ranges().len() > 6 {
            return Some(format!("its address is in a block of {}", whose()));
        }
        Some(format!("its address is in {set}"))
    }

    /// Takes what has a known address in a set.
    pub(super) fn within(&mut self, set: AddressSet) -> Conjunct {
        let conjunct = Conjunct::within(set);
        self.sets.extend(conjunct.addresses.clone());
        conjunct
    }

    /// Whether no rule asks for addresses.
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The stretches within which all addresses are alike.
    pub(super) fn atoms(&self) -> Vec<(IpAddr, IpAddr)> {
        atoms(self.sets.iter().map(Arc::as_ref))
    }
}

/// No pod and no node is reached at one of these: this network, loopback, link-local, multicast, reserved (RFC 6890).
const NEVER: [&str; 9] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "fe80::/10",
    "ff00::/8",
];
