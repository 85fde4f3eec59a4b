//! A block of addresses with bits beyond its prefix.

use ironsides_network::Direction;
use ironsides_network::address::block;

use super::POLICY;
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
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let directions = Direction::ALL;
    let peers = |direction: Direction| {
        rules(policy, direction).flat_map(move |rule| rule.get(direction.peers()).items())
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
