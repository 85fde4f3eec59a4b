//! Blocks of addresses, and what has no address yet.

use std::net::IpAddr;
use std::sync::Arc;

use crate::address::{AddressSet, atoms};
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
    /// For a cluster.
    pub(super) fn new(cluster: &Cluster, options: Options) -> Self {
        let possible = cluster.possible_addresses(options.dual_stack);
        let seen = options.blocks_hold_pods || options.blocks_hold_nodes;
        Self { sets: Vec::new(), possible, seen }
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
