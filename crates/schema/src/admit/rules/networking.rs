//! Services, network policies and ingresses. Source: `ValidateService` in `pkg/apis/core/validation`, and
//! `pkg/apis/networking/validation`.

use super::super::draft::Draft;
use super::faults::Faults;
use super::{form, labels};

/// A service.
pub(super) fn service(spec: &Draft, faults: &mut Faults) {
    let kind = spec.str("type");
    let headless = spec.str("clusterIP") == "None";
    let ports = spec.get("ports").items();
    faults.ensure(!ports.is_empty() || headless || kind == "ExternalName", "ports", "are required");
    labels::labels(spec.get("selector"), "selector", faults);
    addresses(spec, faults);
    match kind {
        "ExternalName" => {
            let name = spec.str("externalName");
            let name = name.strip_suffix('.').unwrap_or(name);
            faults.ensure(form::is_subdomain(name), "externalName", "must be a DNS name");
        }
        "LoadBalancer" => faults.ensure(!headless, "clusterIP", "may not be None for LoadBalancer services"),
        "NodePort" => faults.ensure(!headless, "clusterIP", "may not be None for NodePort services"),
        _ => {}
    }
    let (mut names, mut taken, mut nodes) = (Vec::new(), Vec::new(), Vec::new());
    for port in ports {
        let name = port.str("name");
        faults.ensure(ports.len() == 1 || !name.is_empty(), "ports", "a name is required");
        faults.ensure(name.is_empty() || form::is_label(name), "ports", "a name is no label");
        faults.ensure(name.is_empty() || !names.contains(&name), "ports", "a name stands twice");
        names.push(name);
        let key = (port.str("protocol"), port.get("port").int());
        faults.ensure(!taken.contains(&key), "ports", "a port stands twice");
        taken.push(key);
        if let Some(node) = port.get("nodePort").int() {
            let outside = matches!(kind, "NodePort" | "LoadBalancer");
            // Whether it is in the range of the cluster is seen when it is allocated, not in a dry run.
            faults.ensure(outside, "ports", "nodePort is not for this type");
            let key = (port.str("protocol"), node);
            faults.ensure(!nodes.contains(&key), "ports", "a node port stands twice");
            nodes.push(key);
        }
    }
    balancer(spec, kind, faults);
    let affinity = spec.get("sessionAffinityConfig");
    if spec.str("sessionAffinity") == "None" {
        faults.ensure(affinity.is_null(), "sessionAffinityConfig", "is for ClientIP");
    }
    let inside = spec.has("internalTrafficPolicy");
    faults.ensure(inside || kind == "ExternalName" || !is_type(kind), "internalTrafficPolicy", "is required");
}

fn is_type(kind: &str) -> bool {
    matches!(kind, "ClusterIP" | "NodePort" | "LoadBalancer")
}

fn addresses(spec: &Draft, faults: &mut Faults) {
    let addresses = spec.get("clusterIPs").items();
    if spec.str("type") == "ExternalName" {
        for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            faults.ensure(!spec.get(key).is_filled(), key, "may not be set for ExternalName services");
        }
        return;
    }
    faults.ensure(addresses.len() <= 2, "clusterIPs", "are at most two");
    let first = addresses.first().map_or("", Draft::text);
    faults.ensure(first == spec.str("clusterIP"), "clusterIPs", "the first must be clusterIP");
    let headless = first == "None";
    let alone = !addresses.is_empty() && !spec.has("clusterIP");
    faults.ensure(!alone, "clusterIPs", "must be empty without clusterIP");
    for address in addresses {
        let text = address.text();
        if text == "None" {
            faults.ensure(addresses.len() == 1, "clusterIPs", "None stands alone");
            continue;
        }
        let four = text.parse::<std::net::Ipv4Addr>();
        // The cluster has one range of IPv4 addresses.
        let within = four.is_ok_and(|ip| ip.octets()[..2] == [10, 96]);
        faults.ensure(within, "clusterIPs", "is not in the range of the cluster");
    }
    let families = spec.get("ipFamilies").items();
    let selectorless = headless && !spec.get("selector").is_filled();
    for (at, family) in families.iter().enumerate() {
        let twice = families.iter().take(at).any(|known| known == family);
        faults.ensure(!twice, "ipFamilies", "a family stands twice");
        let served = family.text() == "IPv4" || selectorless;
        faults.ensure(served, "ipFamilies", "the cluster does not have this family");
    }
    let both = spec.str("ipFamilyPolicy") == "RequireDualStack" && !selectorless;
    faults.ensure(!both, "ipFamilyPolicy", "the cluster has one family");
    let one = spec.str("ipFamilyPolicy") == "SingleStack" && families.len() > 1;
    faults.ensure(!one, "ipFamilyPolicy", "SingleStack has one family");
}

fn balancer(spec: &Draft, kind: &str, faults: &mut Faults) {
    let balanced = kind == "LoadBalancer";
    let ranges = spec.get("loadBalancerSourceRanges").is_filled();
    faults.ensure(balanced || !ranges, "loadBalancerSourceRanges", "is for LoadBalancer services");
    for key in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
        faults.ensure(balanced || !spec.has(key), key, "is for LoadBalancer services");
    }
    if balanced {
        let allocates = spec.has("allocateLoadBalancerNodePorts");
        faults.ensure(allocates, "allocateLoadBalancerNodePorts", "is required");
        let class = spec.get("loadBalancerClass");
        faults.ensure(
            class.is_null() || form::is_qualified(class.text()),
            "loadBalancerClass",
            "must be a qualified name",
        );
    }
    let outside = matches!(kind, "NodePort" | "LoadBalancer")
        || (kind == "ClusterIP" && spec.get("externalIPs").is_filled());
    let policy = spec.has("externalTrafficPolicy");
    faults.ensure(outside || !policy, "externalTrafficPolicy", "is for externally reachable services");
    let checked = balanced && spec.str("externalTrafficPolicy") == "Local";
    let check = spec.get("healthCheckNodePort").int().unwrap_or_default();
    faults.ensure(checked || check == 0, "healthCheckNodePort", "is for local traffic of load balancers");
    faults.ensure(!checked || check > 0, "healthCheckNodePort", "must be positive");
    let label = spec.str("externalName");
    faults.ensure(
        kind == "ExternalName" || label.is_empty() || form::is_subdomain(label),
        "externalName",
        "must be a DNS name",
    );
}

/// A range of addresses and what is taken out of it.
pub(super) fn ip_block(block: &Draft, faults: &mut Faults) {
    let whole = form::cidr(block.str("cidr"));
    faults.ensure(whole.is_some(), "cidr", "must be a range without bits beyond its prefix");
    for except in block.get("except").items() {
        let part = form::cidr(except.text());
        let within = part.zip(whole).is_some_and(|(part, whole)| form::is_within(part, whole));
        faults.ensure(within, "except", "must lie within the range");
    }
}

/// A port of a network policy.
pub(super) fn policy_port(port: &Draft, faults: &mut Faults) {
    let number = port.get("port");
    match number {
        Draft::Null => faults.ensure(!port.has("endPort"), "endPort", "needs a port"),
        Draft::Int(number) => {
            faults.ensure((1..=65_535).contains(number), "port", "is not within 1 and 65535");
            if let Some(end) = port.get("endPort").int() {
                faults.ensure(end >= *number && end <= 65_535, "endPort", "must be at least the port");
            }
        }
        other => {
            faults.ensure(form::is_port_name(other.text()), "port", "is no name of a port");
            faults.ensure(!port.has("endPort"), "endPort", "needs a number");
        }
    }
}

/// A peer of a network policy.
pub(super) fn peer(peer: &Draft, faults: &mut Faults) {
    let selects = peer.has("podSelector") || peer.has("namespaceSelector");
    faults.ensure(selects != peer.has("ipBlock"), "", "either selectors or an ipBlock are required");
}

/// An ingress.
pub(super) fn ingress(spec: &Draft, faults: &mut Faults) {
    let rules = spec.get("rules").items();
    faults.ensure(
        !rules.is_empty() || spec.has("defaultBackend"),
        "",
        "rules or a defaultBackend are required",
    );
    for rule in rules {
        let host = rule.str("host");
        let name = host.strip_prefix("*.").unwrap_or(host);
        let right = host.is_empty() || (form::is_subdomain(name) && !form::is_ip(host));
        faults.ensure(right, "rules", "a host is no DNS name");
        for path in rule.at(&["http", "paths"]).items() {
            self::path(path, faults);
        }
    }
    for tls in spec.get("tls").items() {
        for host in tls.get("hosts").items() {
            let host = host.text();
            let right = form::is_subdomain(host.strip_prefix("*.").unwrap_or(host));
            faults.ensure(right, "tls", "a host is no DNS name");
        }
        let secret = tls.str("secretName");
        faults.ensure(secret.is_empty() || form::is_subdomain(secret), "tls", "secretName is no DNS name");
    }
}

fn path(path: &Draft, faults: &mut Faults) {
    let text = path.str("path");
    let free = path.str("pathType") == "ImplementationSpecific";
    if !free || !text.is_empty() {
        faults.ensure(text.starts_with('/'), "path", "must be absolute");
    }
    if !free {
        let odd = ["//", "/./", "/../", "%2f", "%2F"].iter().any(|odd| text.contains(odd));
        faults.ensure(!odd && !text.ends_with("/..") && !text.ends_with("/."), "path", "is not clean");
    }
    let invalid = text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') && !free;
    faults.ensure(!invalid || free, "path", "holds what no path holds");
}

/// A backend of an ingress.
pub(super) fn backend(backend: &Draft, faults: &mut Faults) {
    let service = backend.get("service");
    let resource = backend.get("resource");
    faults.ensure(service.is_null() != resource.is_null(), "", "one of service and resource is required");
    if !service.is_null() {
        let port = service.get("port");
        faults.ensure(
            port.has("name") != port.has("number"),
            "service.port",
            "a name or a number is required",
        );
    }
    if !resource.is_null() {
        let named = resource.has("kind") && resource.has("name");
        faults.ensure(named, "resource", "kind and name are required");
    }
}
