//! A Service whose backends are blocks.

use ironsides_core::Inventory;

use super::addresses::Holder;
use super::model::{Network, at};
use super::{CILIUM_POLICY, SERVICE};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-service-without-selector",
        title: "Cilium policy allows pods through a Service that selects none",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_service_without_selector.md"),
    },
    run: Run::Together {
        judges: CILIUM_POLICY,
        needs: SERVICE,
        welcomes: &[ANY_POD, ("", "Node"), ("", "Endpoints"), ("discovery.k8s.io", "EndpointSlice")],
        run,
    },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for reference in
        read.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| rule.peers.services.iter().flatten())
    {
        let Some((name, namespace)) = &reference.named else { continue };
        let own = read.name.namespace.as_deref().unwrap_or_default();
        let namespace = if namespace.is_empty() { own } else { namespace.as_str() };
        let Some(service) = network.cluster.service(namespace, name) else { continue };
        if service.selector.as_ref().is_some_and(|labels| !labels.is_empty()) {
            continue;
        }
        let backends = service.backends().into_iter().map(|address| (address, address)).collect();
        let inside = network.addresses().find(&backends, |address, holder| match holder {
            Holder::Pod(at) => {
                let pod = network.cluster.pods.get(at as usize)?;
                Some(format!("{address} is pod {}/{}", pod.namespace, pod.name))
            }
            Holder::Node(at) => {
                Some(format!("{address} is node {}", network.cluster.nodes.get(at as usize)?.name))
            }
            Holder::Service(_) => None,
        });
        let Some(inside) = inside else { continue };
        fine = false;
        let message = format!(
            "the Service {namespace}/{name} selects no pods, so its addresses count as blocks, which take neither pods nor nodes: {inside}"
        );
        out.fail(&at(policy, &reference.place.path), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
