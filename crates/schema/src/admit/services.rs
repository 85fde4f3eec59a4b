//! What becomes of a new service: its addresses, families and node ports.
//!
//! Source: `pkg/registry/core/service/storage` of Kubernetes 1.36, for a cluster of one family.

use super::World;
use super::draft::Draft;

/// The address families, addresses and ports that the server gives a new service.
pub(super) fn prepare(draft: &mut Draft, world: &World<'_>) {
    let spec = draft.need("spec");
    let kind = spec.str("type").to_owned();
    if kind == "ExternalName" {
        return;
    }
    addresses(spec);
    let headless = spec.str("clusterIP") == "None";
    families(spec, headless);
    if !headless && !spec.has("clusterIP") && !spec.get("clusterIPs").is_filled() {
        spec.set("clusterIP", world.cluster_ip);
        spec.set("clusterIPs", vec![Draft::from(world.cluster_ip)]);
    }
    let asks = kind == "NodePort"
        || (kind == "LoadBalancer" && *spec.get("allocateLoadBalancerNodePorts") != Draft::Bool(false));
    if asks {
        let mut given: Vec<(String, i64, i64)> = Vec::new();
        let mut next = world.node_port;
        for port in spec.items_mut("ports") {
            let number = port.get("port").int().unwrap_or_default();
            if !port.has("nodePort") {
                // Two protocols of one port share the node port.
                let twin = given
                    .iter()
                    .find(|(protocol, known, _)| *known == number && protocol != port.str("protocol"));
                let chosen = twin.map_or(next, |(_, _, chosen)| *chosen);
                if twin.is_none() {
                    next += 1;
                }
                port.set("nodePort", chosen);
            }
            let chosen = port.get("nodePort").int().unwrap_or_default();
            given.push((port.str("protocol").to_owned(), number, chosen));
        }
    }
    let checks = kind == "LoadBalancer" && spec.str("externalTrafficPolicy") == "Local";
    if checks {
        spec.default("healthCheckNodePort", world.node_port);
    }
}

/// The list of addresses follows the one address.
fn addresses(spec: &mut Draft) {
    if spec.get("clusterIP").is_filled() && !spec.get("clusterIPs").is_filled() {
        let one = spec.get("clusterIP").clone();
        spec.set("clusterIPs", vec![one]);
    }
}

fn families(spec: &mut Draft, headless: bool) {
    if headless && !spec.get("selector").is_filled() {
        if !spec.has("ipFamilyPolicy") {
            let two = spec.get("ipFamilies").items().len() != 1;
            spec.set("ipFamilyPolicy", if two { "RequireDualStack" } else { "SingleStack" });
        }
        if !spec.get("ipFamilies").is_filled() {
            spec.set("ipFamilies", vec![Draft::from("IPv4")]);
        }
        let dual = spec.str("ipFamilyPolicy") != "SingleStack";
        if dual && spec.get("ipFamilies").items().len() == 1 {
            let first = spec.get("ipFamilies").items().first().map_or("", Draft::text).to_owned();
            spec.push("ipFamilies", Draft::from(if first == "IPv4" { "IPv6" } else { "IPv4" }));
        }
        return;
    }
    spec.default("ipFamilyPolicy", "SingleStack");
    if !spec.get("ipFamilies").is_filled() {
        spec.set("ipFamilies", vec![Draft::from("IPv4")]);
    }
}
