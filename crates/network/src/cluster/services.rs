//! Services.

use std::net::IpAddr;

use ironsides_schema::admit::is_subdomain;
use ironsides_tree::{Cursor, Text};

use super::read::Document;
use super::{Cluster, Service, ServicePort, TargetPort};
use crate::place::{Loss, Problem};

/// The annotations by which clouds are asked for a load balancer of private networks, with the values that ask for it:
/// AWS (two controllers), Azure, Google Cloud (two spellings).
const INTERNAL: [(&str, &str); 5] = [
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
    ("networking.gke.io/load-balancer-type", "Internal"),
    ("cloud.google.com/load-balancer-type", "Internal"),
];

/// Reads a service.
pub(super) fn service(cluster: &mut Cluster, document: Document<'_>, problems: &mut Vec<Problem>) -> bool {
    let root = document.object.cursor();
    let spec = root.get("spec");
    let reference = document.object.reference();
    let selector_at = spec.get("selector");
    let kind = spec.get("type").str().unwrap_or("ClusterIP");
    let annotations = root.at(&["metadata", "annotations"]);
    let mut service = Service {
        namespace: document.namespace(),
        name: reference.name.clone(),
        labels: document.labels(&root.at(&["metadata", "labels"]), problems),
        kind: Text::new(kind),
        selector: Some(document.labels(&selector_at, problems))
            .filter(|labels| !labels.is_empty() && kind != "ExternalName"),
        external_name: (kind == "ExternalName").then(|| external_name(document, &spec, problems)).flatten(),
        headless: spec.get("clusterIP").str() == Some("None"),
        internal: INTERNAL.iter().any(|&(key, value)| annotations.get(key).str() == Some(value)),
        external_local: spec.get("externalTrafficPolicy").str() == Some("Local"),
        place: document.place(&root),
        ..Service::default()
    };
    if !matches!(kind, "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName") {
        let message = format!("{kind:?} is no type of service: the API server refuses it");
        problems.push(document.problem(&spec.get("type"), message, Loss::Part));
    }
    let mut own: Vec<Cursor<'_>> = vec![spec.get("clusterIP")];
    own.extend(spec.get("clusterIPs").items());
    own.retain(|at| at.str() != Some("None"));
    let mut outside: Vec<Cursor<'_>> = spec.get("externalIPs").items().collect();
    if kind == "LoadBalancer" {
        outside.push(spec.get("loadBalancerIP"));
        let given = root.at(&["status", "loadBalancer", "ingress"]);
        outside.extend(given.items().map(|item| item.get("ip")));
    }
    service.addresses = addresses(document, &own, problems);
    service.external = addresses(document, &outside, problems);
    service.addresses.extend(service.external.iter().copied());
    service.source_ranges = spec
        .get("loadBalancerSourceRanges")
        .items()
        .filter_map(|item| document.block(&item, problems))
        .collect();
    service.ports =
        spec.get("ports").items().filter_map(|port| service_port(document, &port, problems)).collect();
    cluster.services.push(service);
    true
}

fn addresses<'a>(document: Document<'a>, places: &[Cursor<'a>], problems: &mut Vec<Problem>) -> Vec<IpAddr> {
    let mut found: Vec<_> = places.iter().filter_map(|at| document.address(at, problems)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn service_port<'a>(
    document: Document<'a>,
    at: &Cursor<'a>,
    problems: &mut Vec<Problem>,
) -> Option<ServicePort> {
    let protocol = document.protocol(&at.get("protocol"), problems)?;
    let port_at = at.get("port");
    if !port_at.is_set() {
        problems.push(document.problem(
            at,
            "a port of a service without a number: it is left out",
            Loss::Part,
        ));
    }
    let port = document.port(&port_at, problems)?;
    let target_at = at.get("targetPort");
    let target = match target_at.node().map(|node| (node.as_str(), node.as_i64())) {
        // Zero and an empty name are what an absent value becomes.
        None | Some((Some(""), _) | (None, Some(0))) => TargetPort::Number(port),
        Some((Some(name), _)) => TargetPort::Name(Text::new(name)),
        Some((None, _)) => TargetPort::Number(document.port(&target_at, problems)?),
    };
    let node_port_at = at.get("nodePort");
    let node_port = if node_port_at.int() == Some(0) { None } else { document.port(&node_port_at, problems) };
    let name = at.get("name").str().filter(|name| !name.is_empty()).map(Text::new);
    Some(ServicePort { name, protocol, port, target, node_port })
}

/// The name that a service of type `ExternalName` stands for.
fn external_name<'a>(document: Document<'a>, spec: &Cursor<'a>, problems: &mut Vec<Problem>) -> Option<Text> {
    let at = spec.get("externalName");
    let name = at.str().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        let message = "a Service of type ExternalName without externalName leads nowhere";
        problems.push(document.problem(&at, message, Loss::Part));
        return None;
    }
    if !is_subdomain(name) {
        let message = format!(
            "{name:?} is no name of lower case letters, digits, hyphens and dots: the API server refuses it"
        );
        problems.push(document.problem(&at, message, Loss::Part));
        return None;
    }
    if name.parse::<IpAddr>().is_ok() {
        let message =
            format!("externalName is a name, and {name} is an address: no DNS server gives an answer for it");
        problems.push(document.problem(&at, message, Loss::Part));
    }
    Some(Text::new(name))
}
