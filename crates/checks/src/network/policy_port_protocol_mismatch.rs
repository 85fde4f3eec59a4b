//! A rule for a port under a protocol that its pods do not declare.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::cluster::{ContainerPort, Pod};
use ironsides_network::kinds::network_policy::{Port, PortNumbers};

use super::model::{Network, at, namespace_of, rules};
use super::{NAMESPACE, POLICY};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-port-protocol-mismatch",
        title: "network policy opens a port for another protocol than the pods use",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_port_protocol_mismatch.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[ANY_POD], welcomes: NAMESPACE, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let mut fine = true;
    for direction in Direction::ALL {
        for rule in rules(read, direction) {
            let targets: Vec<&Pod> = match direction {
                Direction::Ingress => network.selected(namespace_of(read), &read.pod_selector).collect(),
                Direction::Egress => {
                    rule.peers.iter().flat_map(|peer| network.peers(namespace_of(read), peer)).collect()
                }
            };
            let declared: Vec<&ContainerPort> = targets.iter().flat_map(|pod| &pod.ports).collect();
            for port in &rule.ports {
                let Some(other) = mismatch(port, &declared, &rule.ports) else { continue };
                fine = false;
                let message = format!(
                    "the pods declare port {} for {}, and the rule opens it for {}",
                    other.number, other.protocol, port.protocol
                );
                out.fail(&at(policy, &port.place.path), message).confidence(Confidence::Medium);
            }
        }
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}

/// The port that pods declare for another protocol only, where the rule does not open it for that one too.
fn mismatch<'p>(port: &Port, declared: &[&'p ContainerPort], all: &[Port]) -> Option<&'p ContainerPort> {
    let Some(PortNumbers::Range(first, last)) = port.port else { return None };
    let same = |own: &&&ContainerPort| own.number == first;
    if first != last || declared.iter().filter(same).any(|own| own.protocol == port.protocol) {
        return None;
    }
    let other = declared.iter().find(same)?;
    let opened = |rule: &Port| match rule.port {
        None => rule.protocol == other.protocol,
        Some(PortNumbers::Range(from, to)) => {
            rule.protocol == other.protocol && (from..=to).contains(&other.number)
        }
        Some(PortNumbers::Name(_)) => false,
    };
    (!all.iter().any(opened)).then_some(other)
}
