//! A block of addresses that pods or services of the cluster have.

use std::net::IpAddr;

use ironsides_core::Inventory;
use ironsides_network::{AddressSet, Direction};

use super::model::{Network, at, rules};
use super::{POLICY, SERVICE};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-block-of-pods",
        title: "network policy allows pods or Services by their address",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_block_of_pods.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[ANY_POD, SERVICE[0]], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let mut fine = true;
    for peer in
        Direction::ALL.into_iter().flat_map(|direction| rules(read, direction)).flat_map(|rule| &rule.peers)
    {
        let Some(block) = &peer.ip_block else { continue };
        // Everything is not meant as pods: that the whole world is allowed is told elsewhere.
        if block.cidr.prefix_len() < 8 {
            continue;
        }
        let set = AddressSet::block(block.cidr, &block.except);
        let inside = |addresses: &[IpAddr]| addresses.iter().copied().find(|address| set.contains(*address));
        let mut services = network.cluster.services.iter().filter(|service| service.kind != "LoadBalancer");
        let service = services.find_map(|service| Some((service, inside(&service.addresses)?)));
        let mut pods = network.cluster.pods.iter().filter(|pod| !pod.host_network);
        let pod = pods.find_map(|pod| Some((pod, inside(&pod.addresses)?)));
        let message = match (service, pod) {
            (Some((service, address)), _) => format!(
                "{} holds {address} of Service {}/{}: the address of a Service is replaced by that of a pod before policies \
                 are asked, so the block never takes it",
                block.cidr, service.namespace, service.name
            ),
            (None, Some((pod, address))) => format!(
                "{} holds {address} of pod {}/{}: pods change their addresses, and some plug-ins (Cilium) take no pods by \
                 blocks",
                block.cidr, pod.namespace, pod.name
            ),
            (None, None) => continue,
        };
        fine = false;
        out.fail(&at(policy, &format!("{}.ipBlock.cidr", peer.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
