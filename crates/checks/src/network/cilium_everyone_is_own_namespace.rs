//! A selector of everything, which is the own namespace.

use ironsides_core::Inventory;
use ironsides_network::Direction;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-everyone-is-own-namespace",
        title: "Cilium policy selects every pod of its own namespace alone",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_everyone_is_own_namespace.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let Some(namespace) = &read.name.namespace else {
        return out.not_applicable("in a policy of the whole cluster an empty selector is every pod");
    };
    let mut fine = true;
    for rule in read.specs.iter().flat_map(|spec| &spec.rules) {
        let everything =
            |selector: &&ironsides_network::kinds::cilium::EndpointSelector| selector.requirements.is_empty();
        let Some(selector) = rule.peers.endpoints.iter().flatten().find(everything) else { continue };
        fine = false;
        let field = if rule.direction == Direction::Ingress { "fromEndpoints" } else { "toEndpoints" };
        let message =
            format!("an empty selector in {field} is every pod of namespace {namespace}, and nobody else");
        out.fail(&at(policy, &selector.place.path), message).confidence(Confidence::Low);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
