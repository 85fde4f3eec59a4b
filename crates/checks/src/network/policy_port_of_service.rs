//! A rule for a port that only the Service has.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::cluster::{Pod, Service, TargetPort};
use ironsides_network::kinds::network_policy::{Port, PortNumbers};

use super::model::{Network, at, namespace_of, rules};
use super::{NAMESPACE, POLICY, SERVICE};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-port-of-service",
        title: "network policy names the port of a Service",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_port_of_service.md"),
    },
    run: Run::Together { judges: POLICY, needs: SERVICE, welcomes: &[ANY_POD, NAMESPACE[0]], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let namespace = namespace_of(read);
    let mut fine = true;
    for direction in Direction::ALL {
        for rule in rules(read, direction).iter().filter(|rule| !rule.ports.is_empty()) {
            let targets: Vec<&Pod> = match direction {
                Direction::Ingress => network.selected(namespace, &read.pod_selector).collect(),
                Direction::Egress => {
                    rule.peers.iter().flat_map(|peer| network.peers(namespace, peer)).collect()
                }
            };
            for port in &rule.ports {
                let Some((service, goes_to)) = mistaken(&network, &targets, &rule.ports, port) else {
                    continue;
                };
                fine = false;
                let message = format!(
                    "this is the port of Service {}/{}, which leads to port {goes_to} of the pods: policies are asked after \
                     that, so the rule does not open the way",
                    service.namespace, service.name
                );
                out.fail(&at(policy, &port.place.path), message).confidence(Confidence::Medium);
            }
        }
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}

/// The service whose own port a rule names, with the port of the pods behind it, where the rule does not name that too.
fn mistaken<'n>(
    network: &'n Network,
    targets: &[&Pod],
    all: &[Port],
    port: &Port,
) -> Option<(&'n Service, String)> {
    let Some(PortNumbers::Range(first, last)) = port.port else { return None };
    let declared = |pod: &&&Pod| {
        pod.ports.iter().any(|own| own.protocol == port.protocol && (first..=last).contains(&own.number))
    };
    if first != last || targets.is_empty() || targets.iter().any(|pod| declared(&pod)) {
        return None;
    }
    let serves = |service: &&Service| {
        let chooses = service.selector.as_ref().is_some_and(|labels| !labels.is_empty());
        chooses && targets.iter().any(|pod| service.selects(pod))
    };
    for service in network.cluster.services.iter().filter(serves) {
        for own in service.ports.iter().filter(|own| own.port == first && own.protocol == port.protocol) {
            let goes_to = match &own.target {
                TargetPort::Number(number) if *number == first => continue,
                TargetPort::Number(number) => number.to_string(),
                TargetPort::Name(name) => name.to_string(),
            };
            let named = |other: &Port| match (&other.port, &own.target) {
                (None, _) => other.protocol == port.protocol,
                (Some(PortNumbers::Range(from, to)), TargetPort::Number(number)) => {
                    (from..=to).contains(&number)
                }
                (Some(PortNumbers::Name(name)), TargetPort::Name(target)) => name == target,
                _ => false,
            };
            if !all.iter().any(named) {
                return Some((service, goes_to));
            }
        }
    }
    None
}
