//! What is written down behind services: EndpointSlices, and the Endpoints that came before them.
//!
//! What a slice's port means to a service is what kube-proxy makes of it: the port of the service that has the same name and
//! protocol leads there. Of a service with a selector Kubernetes writes the slices itself, from the pods that are selected;
//! those say nothing new.

use std::net::IpAddr;
use std::sync::Arc;

use ironsides_tree::{Cursor, Text};
use rustc_hash::FxHashMap;

use super::read::{Document, shown};
use super::{Cluster, EndpointPort, Service, ServiceEndpoint};
use crate::place::{Loss, Problem};

/// The label by which an EndpointSlice names its service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The label by which an EndpointSlice names who wrote it, and Kubernetes' own two writers.
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const KUBERNETES: [&str; 2] = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];

/// The label by which Endpoints are kept from becoming EndpointSlices, so that nobody reads them.
const SKIP_MIRROR: &str = "endpointslice.kubernetes.io/skip-mirror";

/// What is behind services, until all services are known.
#[derive(Default)]
pub(super) struct Endpoints {
    by_service: FxHashMap<(Text, Text), Vec<Written>>,
}

/// An endpoint with what decides whether it counts.
struct Written {
    endpoint: ServiceEndpoint,
    /// Whether Kubernetes derives it from the selector of the service.
    derived: bool,
    /// It gets connections now.
    ready: bool,
    /// It is on its way out; it gets connections where nobody is ready.
    leaving: bool,
}

impl Endpoints {
    /// Reads an Endpoints object, which has the name of its service.
    pub(super) fn endpoints(&mut self, document: Document<'_>, problems: &mut Vec<Problem>) -> bool {
        let root = document.object.cursor();
        if root.at(&["metadata", "labels", SKIP_MIRROR]).str() == Some("true") {
            return true;
        }
        let key = (document.namespace(), document.object.reference().name.clone());
        let all = self.by_service.entry(key).or_default();
        for subset in root.get("subsets").items() {
            let ports = ports(document, &subset.get("ports"), problems);
            // What is not ready is reached as soon as it is.
            for (field, ready) in [("addresses", true), ("notReadyAddresses", false)] {
                for item in subset.get(field).items() {
                    let Some(address) = document.address(&item.get("ip"), problems) else { continue };
                    let pod = pod(document, &item);
                    let endpoint = ServiceEndpoint { address, ports: Arc::clone(&ports), pod };
                    all.push(Written { endpoint, derived: true, ready, leaving: false });
                }
            }
        }
        true
    }

    /// Reads an EndpointSlice.
    pub(super) fn slice(&mut self, document: Document<'_>, problems: &mut Vec<Problem>) -> bool {
        let root = document.object.cursor();
        let labels = root.at(&["metadata", "labels"]);
        let service = labels.get(SERVICE_NAME);
        let Some(name) = service.str() else {
            // Slices without a service are made by hand for other ends.
            if service.is_set() {
                let message = format!("{} is no name of a service", shown(&service));
                problems.push(document.problem(&service, message, Loss::Part));
            }
            return true;
        };
        if root.get("addressType").str() == Some("FQDN") {
            return true;
        }
        let derived = labels.get(MANAGED_BY).str().is_some_and(|by| KUBERNETES.contains(&by));
        let ports = ports(document, &root.get("ports"), problems);
        let all = self.by_service.entry((document.namespace(), Text::new(name))).or_default();
        for item in root.get("endpoints").items() {
            let conditions = item.get("conditions");
            let leaving = conditions.get("terminating").is(true);
            // What is not said counts as ready; what leaves serves only if that is said.
            let serves = conditions.get("serving").is(true);
            if leaving && !serves {
                continue;
            }
            let ready = !leaving && !conditions.get("ready").is(false);
            let pod = pod(document, &item);
            for address in item.get("addresses").items() {
                let Some(address) = document.address(&address, problems) else { continue };
                let endpoint = ServiceEndpoint { address, ports: Arc::clone(&ports), pod: pod.clone() };
                all.push(Written { endpoint, derived, ready, leaving });
            }
        }
        true
    }

    /// Gives every service what is behind it. Behind `default/kubernetes` is the API server.
    pub(super) fn give_to(mut self, cluster: &mut Cluster, problems: &mut Vec<Problem>) {
        let kubernetes = (Text::new_static("default"), Text::new_static("kubernetes"));
        if let Some(all) = self.by_service.get(&kubernetes) {
            cluster.apiserver = all.iter().map(|written| written.endpoint.address).collect();
            cluster.apiserver.sort_unstable();
            cluster.apiserver.dedup();
        }
        for service in &mut cluster.services {
            if service.external_name.is_some() {
                continue;
            }
            let key = (service.namespace.clone(), service.name.clone());
            let Some(mut all) = self.by_service.remove(&key) else { continue };
            all.retain(|written| service.selector.is_none() || !written.derived);
            if all.iter().any(|written| written.ready) {
                all.retain(|written| !written.leaving);
            }
            let mut endpoints: Vec<ServiceEndpoint> =
                all.into_iter().map(|written| written.endpoint).collect();
            // Endpoints and the slices that mirror them are the same; which pod it is may stand in one of them alone.
            endpoints.sort_unstable();
            endpoints.reverse();
            endpoints.dedup_by(|next, kept| (next.address, &next.ports) == (kept.address, &kept.ports));
            endpoints.reverse();
            service.endpoints = endpoints;
            unserved(service, problems);
        }
    }
}

/// The ports of a slice or a subset, sorted.
fn ports<'a>(document: Document<'a>, list: &Cursor<'a>, problems: &mut Vec<Problem>) -> Arc<[EndpointPort]> {
    let mut ports = Vec::new();
    for at in list.items() {
        let Some(protocol) = document.protocol(&at.get("protocol"), problems) else { continue };
        let number_at = at.get("port");
        let number = document.port(&number_at, problems);
        // One that is no number leads nowhere; one that is not written leads wherever it is asked to.
        if number.is_none() && number_at.is_set() {
            continue;
        }
        let name = at.get("name").str().map(Text::new).unwrap_or_default();
        ports.push(EndpointPort { name, protocol, number });
    }
    ports.sort_unstable();
    ports.dedup();
    ports.into()
}

/// The pod that an endpoint is said to be.
fn pod(document: Document<'_>, item: &Cursor<'_>) -> Option<(Text, Text)> {
    let target = item.get("targetRef");
    let name = target.get("name").str().filter(|_| target.get("kind").str() == Some("Pod"))?;
    let namespace = target.get("namespace").str().map_or_else(|| document.namespace(), Text::new);
    Some((namespace, Text::new(name)))
}

/// Tells of the ports of a service without a selector that none of its endpoints has.
fn unserved(service: &Service, problems: &mut Vec<Problem>) {
    if service.selector.is_some() || service.headless || service.endpoints.is_empty() {
        return;
    }
    for port in &service.ports {
        let name = port.name.as_deref().unwrap_or_default();
        let serves = |endpoint: &ServiceEndpoint| {
            endpoint.ports.iter().any(|own| own.name == name && own.protocol == port.protocol)
        };
        if !service.endpoints.iter().any(serves) {
            let called =
                if name.is_empty() { "without a name".to_owned() } else { format!("named {name:?}") };
            let message = format!(
                "port {} leads nowhere: none of the endpoints of the Service has a {} port {called}",
                port.port, port.protocol
            );
            problems.push(Problem { place: service.place.clone(), message, loss: Loss::Part });
        }
    }
}

impl ServiceEndpoint {
    /// An address without a port.
    pub fn at(address: IpAddr) -> Self {
        Self { address, ports: Arc::from([]), pod: None }
    }
}
