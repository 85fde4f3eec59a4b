//! A rule for a named port that its pods do not have.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::cluster::Pod;
use ironsides_network::kinds::network_policy::PortNumbers;

use super::model::{Network, at, namespace_of, rules};
use super::{NAMESPACE, POLICY};
use crate::gathered::{among, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-port-nobody-names",
        title: "network policy names a port that no pod names",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_port_nobody_names.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[ANY_POD], welcomes: NAMESPACE, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let namespace = namespace_of(read);
    let mut fine = true;
    for direction in Direction::ALL {
        for rule in rules(read, direction) {
            let targets: Vec<&Pod> = match direction {
                Direction::Ingress => network.selected(namespace, &read.pod_selector).collect(),
                Direction::Egress if rule.peers.is_empty() => network.cluster.pods.iter().collect(),
                Direction::Egress => {
                    rule.peers.iter().flat_map(|peer| network.peers(namespace, peer)).collect()
                }
            };
            for port in &rule.ports {
                let Some(PortNumbers::Name(name)) = &port.port else { continue };
                let own = || {
                    targets.iter().flat_map(|pod| &pod.ports).filter(|own| own.name.as_ref() == Some(name))
                };
                if targets.is_empty() || own().any(|own| own.protocol == port.protocol) {
                    continue;
                }
                fine = false;
                let message = match own().next() {
                    Some(own) => format!(
                        "the pods name their port {name} for {}, and the rule opens it for {}",
                        own.protocol, port.protocol
                    ),
                    None => format!("no pod {} that the rule leads to names a port {name}", among(inventory)),
                };
                let finding = out.fail(&at(policy, &port.place.path), message);
                finding.confidence(sure(inventory, Confidence::Medium));
            }
        }
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}
