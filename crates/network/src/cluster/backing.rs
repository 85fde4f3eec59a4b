//! Which pods serve a service, and at which of their ports.

use super::{Cluster, Pod, Service, ServicePort, TargetPort};
use crate::port::Protocol;
use crate::view::NamedPort;

impl Service {
    /// Whether a pod serves it. Services without a selector have backends that are written down.
    pub fn selects(&self, pod: &Pod) -> bool {
        let Some(selector) = &self.selector else { return false };
        self.namespace == pod.namespace
            && selector.iter().all(|(key, value)| pod.labels.get(key).is_some_and(|label| label == value))
    }

    /// Whether a pod is behind it: by its labels, or by an address that is written down.
    pub fn leads_to(&self, pod: &Pod) -> bool {
        match &self.selector {
            Some(_) => self.selects(pod),
            None => pod.addresses.iter().any(|address| self.backends.contains(address)),
        }
    }
}

impl ServicePort {
    /// Where it goes in a pod; `None` where it names a port and the pod does not.
    pub fn number_in(&self, pod: &Pod) -> Option<u16> {
        match &self.target {
            TargetPort::Number(number) => Some(*number),
            TargetPort::Name(name) => pod.port_named(name, self.protocol),
        }
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
}
