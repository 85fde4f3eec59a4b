//! A block of addresses that pods or services of the cluster have.

use ironsides_core::Inventory;
use ironsides_network::{AddressSet, Direction};

use super::addresses::Holder;
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
        let inside = network.addresses();
        let service = inside.find(&set, |address, holder| match holder {
            Holder::Service(at) => Some((network.cluster.services.get(at as usize)?, address)),
            _ => None,
        });
        let pod = || {
            inside.find(&set, |address, holder| match holder {
                Holder::Pod(at) => Some((network.cluster.pods.get(at as usize)?, address)),
                _ => None,
            })
        };
        let message = match service.map_or_else(|| pod().map(Err), |service| Some(Ok(service))) {
            Some(Ok((service, address))) => format!(
                "{} holds {address} of Service {}/{}: the address of a Service is replaced by that of a pod before policies \
                 are asked, so the block never takes it",
                block.cidr, service.namespace, service.name
            ),
            Some(Err((pod, address))) => format!(
                "{} holds {address} of pod {}/{}: pods change their addresses, and some plug-ins (Cilium) take no pods by \
                 blocks",
                block.cidr, pod.namespace, pod.name
            ),
            None => continue,
        };
        fine = false;
        out.fail(&at(policy, &format!("{}.ipBlock.cidr", peer.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
