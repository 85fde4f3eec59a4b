//! Who is behind a service, and at which port.

use std::net::IpAddr;

use super::{Cluster, Endpoint, Pod, Service, ServiceEndpoint, ServicePort, TargetPort};
use crate::port::Protocol;
use crate::view::NamedPort;

/// Somebody behind a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind<'a> {
    /// A pod, or a node; an address where it is outside the cluster.
    pub who: Endpoint,
    /// As it is written down; `None` for a pod that the service selects.
    pub written: Option<&'a ServiceEndpoint>,
}

impl Service {
    /// Whether a pod serves it by its labels.
    pub fn selects(&self, pod: &Pod) -> bool {
        let Some(selector) = &self.selector else { return false };
        self.namespace == pod.namespace
            && selector.iter().all(|(key, value)| pod.labels.get(key).is_some_and(|label| label == value))
    }

    /// The addresses that are written down behind it, sorted, each once.
    pub fn backends(&self) -> Vec<IpAddr> {
        let mut addresses: Vec<IpAddr> = self.endpoints.iter().map(|endpoint| endpoint.address).collect();
        addresses.dedup();
        addresses
    }
}

impl ServicePort {
    /// Where it goes in a pod that the service selects; `None` where it names a port and the pod does not.
    fn number_in(&self, pod: &Pod) -> Option<u16> {
        match &self.target {
            TargetPort::Number(number) => Some(*number),
            TargetPort::Name(name) => pod.port_named(name, self.protocol),
        }
    }

    /// Whether an endpoint that is written down serves it: the names are the same, and the protocols.
    fn is_served_by(&self, port: &super::EndpointPort) -> bool {
        self.protocol == port.protocol && self.name.as_deref().unwrap_or_default() == port.name
    }
}

impl Pod {
    /// The number of a port that the pod names, of this protocol.
    pub fn port_named(&self, name: &str, protocol: Protocol) -> Option<u16> {
        let is =
            |port: &&super::ContainerPort| port.protocol == protocol && port.name.as_deref() == Some(name);
        self.ports.iter().find(is).map(|port| port.number)
    }

    /// The ports that have names.
    pub fn named_ports(&self) -> impl Iterator<Item = NamedPort> {
        self.ports.iter().filter_map(|port| {
            let name = port.name.clone()?;
            Some(NamedPort { name, protocol: port.protocol, number: port.number })
        })
    }
}

impl Cluster {
    /// The service of a name.
    pub fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.namespace == namespace && service.name == name)
    }

    /// Who is behind a service: the pods that it selects, then what is written down. Somebody who is written down more than
    /// once, with other ports, is there as often.
    pub fn behind<'a>(&'a self, service: &'a Service) -> Vec<Behind<'a>> {
        self.behind_among(service, 0..u32::try_from(self.pods.len()).unwrap_or(u32::MAX))
    }

    /// The same, where the pods of the namespace are known.
    pub(crate) fn behind_among<'a>(
        &'a self,
        service: &'a Service,
        pods: impl IntoIterator<Item = u32>,
    ) -> Vec<Behind<'a>> {
        let mut all = Vec::new();
        if service.selector.is_some() {
            let selected = pods
                .into_iter()
                .filter(|&at| self.pods.get(at as usize).is_some_and(|pod| service.selects(pod)));
            all.extend(selected.map(|at| Behind { who: Endpoint::Pod(at), written: None }));
        }
        all.extend(
            service
                .endpoints
                .iter()
                .map(|endpoint| Behind { who: self.written(endpoint), written: Some(endpoint) }),
        );
        all
    }

    /// Where a port of a service goes at somebody behind it; `None` where it goes nowhere there.
    pub fn served(&self, behind: &Behind<'_>, port: &ServicePort) -> Option<u16> {
        let pod = match behind.who {
            Endpoint::Pod(at) => self.pods.get(at as usize),
            Endpoint::Node(_) | Endpoint::Address(_) => None,
        };
        let Some(endpoint) = behind.written else { return port.number_in(pod?) };
        let own = endpoint.ports.iter().find(|own| port.is_served_by(own))?;
        own.number.or_else(|| match (&port.target, pod) {
            (TargetPort::Number(number), _) => Some(*number),
            (TargetPort::Name(_), pod) => port.number_in(pod?),
        })
    }

    /// Who an endpoint is that is written down.
    fn written(&self, endpoint: &ServiceEndpoint) -> Endpoint {
        let named = endpoint.pod.as_ref().and_then(|(namespace, name)| {
            self.pods.iter().position(|pod| {
                pod.namespace == *namespace && pod.name == *name && pod.live && !pod.host_network
            })
        });
        match named.and_then(|at| u32::try_from(at).ok()) {
            // A name outlives the pod that had it: an address that is known wins.
            Some(at) if self.pods.get(at as usize).is_some_and(|pod| pod.addresses.is_empty()) => {
                Endpoint::Pod(at)
            }
            _ => self.owner(endpoint.address).unwrap_or(Endpoint::Address(endpoint.address)),
        }
    }

    /// Who has an address: a pod on the network of its pods, or a node.
    pub fn owner(&self, address: IpAddr) -> Option<Endpoint> {
        let has = |pod: &Pod| !pod.host_network && pod.addresses.contains(&address);
        let pod = || (0..).zip(&self.pods).find(|(_, pod)| has(pod)).map(|(at, _)| Endpoint::Pod(at));
        let node = || (0..).zip(&self.nodes).find(|(_, node)| node.addresses.contains(&address));
        pod().or_else(|| node().map(|(at, _)| Endpoint::Node(at)))
    }
}
