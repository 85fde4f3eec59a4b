//! A rule to services of which none exists.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::{Rule, ServiceReference};

use super::model::{Network, at};
use super::{CILIUM_POLICY, SERVICE};
use crate::gathered::{among, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-services-missing",
        title: "Cilium policy names only Services that are not there",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_services_missing.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: SERVICE, welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let named = |rule: &&Rule| rule.peers.services.as_ref().is_some_and(|services| !services.is_empty());
    for rule in read.specs.iter().flat_map(|spec| &spec.rules).filter(named) {
        let mut services = rule.peers.services.iter().flatten();
        if services.any(|reference| may_be_there(&network, reference)) {
            continue;
        }
        fine = false;
        let ports = rule
            .ports
            .iter()
            .flatten()
            .any(|rule| rule.ports.as_ref().is_some_and(|ports| !ports.is_empty()));
        let effect = if ports { "its ports are open to every destination" } else { "it allows nothing" };
        let message = format!("none of these Services is {}, and then {effect}", among(inventory));
        let finding = out.fail(&at(policy, &format!("{}.toServices", rule.place.path)), message);
        finding.confidence(sure(inventory, Confidence::Low));
        if !ports {
            finding.severity(Severity::Low);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// Whether a service that is meant is there, or the services are meant by labels that are not followed here.
fn may_be_there(network: &Network, reference: &ServiceReference) -> bool {
    let Some((name, namespace)) = &reference.named else { return true };
    let all = &network.cluster.services;
    let is = |service: &ironsides_network::cluster::Service| {
        (name.is_empty() || service.name == *name)
            && (namespace.is_empty() || service.namespace == *namespace)
    };
    all.iter().any(is)
}
