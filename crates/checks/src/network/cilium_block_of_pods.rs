//! A block of addresses that pods or nodes have.

use ironsides_core::Inventory;
use ironsides_network::AddressSet;

use super::CILIUM_POLICY;
use super::addresses::Holder;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-block-of-pods",
        title: "Cilium policy has a block that never takes the pods in it",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_block_of_pods.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[ANY_POD, ("", "Node")], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let named = |holder: Holder| match holder {
        Holder::Pod(at) => {
            let pod = network.cluster.pods.get(at as usize)?;
            Some(format!("pod {}/{}", pod.namespace, pod.name))
        }
        Holder::Node(at) => Some(format!("node {}", network.cluster.nodes.get(at as usize)?.name)),
        Holder::Service(_) => None,
    };
    for rule in read.specs.iter().flat_map(|spec| &spec.rules) {
        let plain = rule.peers.cidr.iter().flatten();
        let sets = rule.peers.cidr_set.iter().flatten().filter_map(|set| set.cidr.as_ref());
        for cidr in plain.chain(sets) {
            let Some(block) = cidr.block.filter(|block| block.prefix_len() >= 8) else { continue };
            let set = AddressSet::block(block, &[]);
            let found = network.addresses().find(&set, |_, holder| named(holder));
            let Some(what) = found else { continue };
            fine = false;
            let message = format!(
                "{what} has an address in {block}, and by default blocks take neither pods nor nodes"
            );
            out.fail(&at(policy, &cidr.place.path), message).confidence(Confidence::Medium);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
