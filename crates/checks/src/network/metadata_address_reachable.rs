//! A rule that covers the address at which providers hand out credentials.

use std::net::IpAddr;

use ironsides_network::Direction;
use ironsides_network::address::block as block_of;

use super::POLICY;
use super::policy::rules;
use crate::prelude::*;

/// The addresses at which providers hand out credentials of the machine.
const METADATA: [&str; 2] = ["169.254.169.254", "fd00:ec2::254"];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "metadata-address-reachable",
        title: "network policy lets pods reach the metadata service",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("metadata_address_reachable.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    for rule in rules(policy, Direction::Egress) {
        let ports = rule.get("ports");
        // The service answers on port 80.
        let http = |port: Cursor<'_>| {
            let (first, last) = (port.get("port"), port.get("endPort"));
            let tcp = port.get("protocol").str().is_none_or(|protocol| protocol == "TCP");
            tcp && match first.int() {
                Some(first) => first <= 80 && last.int().unwrap_or(first) >= 80,
                None => !first.is_set(),
            }
        };
        if ports.items().next().is_some() && !ports.items().any(http) {
            out.pass(&ports);
            continue;
        }
        for block in rule.get("to").items().map(|peer| peer.get("ipBlock")).filter(Cursor::is_set) {
            let holds = |at: &Cursor<'_>, address: &str| {
                let block = at.str().and_then(block_of);
                block
                    .zip(address.parse::<IpAddr>().ok())
                    .is_some_and(|(block, address)| block.contains(&address))
            };
            let cidr = block.get("cidr");
            let reached = METADATA.into_iter().find(|address| {
                holds(&cidr, address) && !block.get("except").items().any(|except| holds(&except, address))
            });
            match reached {
                Some(address) => _ = out.fail(&cidr, format!("the rule lets the pods connect to {address}")),
                None => out.pass(&cidr),
            }
        }
    }
}
