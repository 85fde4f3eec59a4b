//! A block of addresses with bits beyond its prefix.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::address::block;

use super::POLICY;
use super::model::Network;
use super::policy::rules;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-block-host-bits",
        title: "network policy has a block that is larger than it looks",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_block_host_bits.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let directions = Direction::ALL;
    let peers = |direction: Direction| {
        rules(policy, read, direction).flat_map(move |rule| rule.get(direction.peers()).items())
    };
    for at in directions.into_iter().flat_map(peers).map(|peer| peer.at(&["ipBlock", "cidr"])) {
        let Some(written) = at.str() else { continue };
        match block(written) {
            Some(block) if block.trunc() != block => {
                let message = format!("{written} means all of {}", block.trunc());
                out.fail(&at, message);
            }
            _ => out.pass(&at),
        }
    }
}
