//! What comes in through whatever serves Ingress and Route objects.

use std::collections::BTreeMap;

use super::{List, Open, PortSet, Side};
use crate::cluster::{Backend, Cluster, Endpoint, Entrance, ServicePort, TargetPort};
use crate::port::Protocol;
use crate::profile::Profile;

/// The namespace of the pod that stands for it, and the name of the pod: netpol-analyzer's.
const CONTROLLER: (&str, &str) = ("ingress-controller-ns", "ingress-controller");

impl Cluster {
    /// Adds a pod that stands for whatever serves Ingress, Route and the routes of Gateways, which is not known:
    /// without labels, in a namespace of its own that has none but its name. `None` where there is nothing to serve.
    pub fn add_ingress_controller(&mut self) -> Option<Endpoint> {
        if self.entrances.is_empty() {
            return None;
        }
        Some(self.add_unknown(CONTROLLER.0, CONTROLLER.1))
    }
}

impl List<'_> {
    /// Adds what entrances lead to and policies let in.
    pub(super) fn entries(&mut self, cluster: &Cluster, controller: Endpoint) {
        let foreign = self.lowered.profile == Profile::NpGuard;
        let mut wanted: BTreeMap<u32, PortSet> = BTreeMap::new();
        for entrance in &cluster.entrances {
            // netpol-analyzer knows nothing of Gateways.
            if foreign && !matches!(entrance.kind.as_str(), "Ingress" | "Route") {
                continue;
            }
            for backend in &entrance.backends {
                let Some(service) = cluster.service(&backend.namespace, &backend.service) else { continue };
                let ports = led_to(entrance, backend, &service.ports, foreign);
                for behind in cluster.behind(service) {
                    let Endpoint::Pod(at) = behind.who else { continue };
                    let Some(pod) = cluster.pods.get(at as usize) else { continue };
                    for port in &ports {
                        let number = cluster
                            .served(&behind, port)
                            .filter(|_| port.protocol == Protocol::Tcp || foreign);
                        let declared = |number: &u16| pod.ports.iter().any(|port| port.number == *number);
                        // netpol-analyzer takes a port that no container declares for one that nobody listens at.
                        if let Some(number) = number.filter(|number| !foreign || declared(number)) {
                            wanted.entry(at).or_default().insert(Protocol::Tcp, number, number);
                        }
                    }
                }
            }
        }
        let mut found: BTreeMap<Side, Open> = BTreeMap::new();
        for (at, ports) in wanted {
            let Some(pod) = cluster.pods.get(at as usize) else { continue };
            let through = self.through(controller, Endpoint::Pod(at));
            let led = Open { ports: through.ports.and(&ports), perhaps: through.perhaps.and(&ports) };
            found.entry(self.side(pod)).or_default().add(&led);
        }
        for (to, through) in found {
            self.push(Side::IngressController, to, through);
        }
    }
}

/// The ports of a service that an entrance leads to; `foreign` as netpol-analyzer finds them.
pub(crate) fn led_to<'a>(
    entrance: &Entrance,
    backend: &Backend,
    ports: &'a [ServicePort],
    foreign: bool,
) -> Vec<&'a ServicePort> {
    let Some(wanted) = &backend.port else { return ports.iter().collect() };
    let is_route = entrance.kind == "Route";
    let leads = |port: &&ServicePort| match wanted {
        TargetPort::Number(number) => {
            port.port == *number || (is_route || foreign) && port.target == TargetPort::Number(*number)
        }
        TargetPort::Name(name) => {
            port.name.as_ref() == Some(name) || is_route && port.target == TargetPort::Name(name.clone())
        }
    };
    ports.iter().find(leads).into_iter().collect()
}
