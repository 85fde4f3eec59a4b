//! A policy whose pods all use the network of their node.

use ironsides_core::Inventory;

use super::POLICY;
use super::model::{Network, namespace_of};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-for-host-network-pods",
        title: "network policy is for pods that it cannot guard",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_for_host_network_pods.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[ANY_POD], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let at = policy.cursor().at(&["spec", "podSelector"]);
    let mut pods = network.pods_in(namespace_of(read)).filter(|pod| read.pod_selector.selects(&pod.labels));
    let Some(first) = pods.next().filter(|pod| pod.host_network) else { return out.pass(&at) };
    if pods.any(|pod| !pod.host_network) {
        return out.pass(&at);
    }
    let message = format!(
        "all pods that it selects use the network of their node ({} {} among them), where NetworkPolicy does not apply",
        first.workload_kind, first.workload
    );
    let finding = out.fail(&at, message);
    if let Some(object) = inventory.objects().get(first.place.document as usize) {
        finding.also(object, &object.cursor().get("metadata"));
    }
}
