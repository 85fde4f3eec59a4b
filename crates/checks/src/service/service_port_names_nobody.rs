//! A Service that asks for a port by a name that no pod has.

use ironsides_core::{Inventory, LabelSelector};

use super::SERVICE;
use crate::gathered::{Pods, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "service-port-names-nobody",
        title: "service leads to a port that no container names",
        severity: Severity::Medium,
        family: "service",
        since: "0.1.0",
        page: include_str!("service_port_names_nobody.md"),
    },
    run: Run::Together { judges: SERVICE, needs: &[ANY_POD], welcomes: &[], run },
};

/// How many pods are looked at for one Service.
const PODS: usize = 64;

fn run(service: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let spec = service.cursor().get("spec");
    let Ok(selector) = LabelSelector::read_map(&spec.get("selector")) else {
        return out.not_applicable("the selector is none");
    };
    let named =
        |port: &Cursor<'_>| port.get("targetPort").str().is_some_and(|name| name.parse::<u16>().is_err());
    if selector.is_everything() || !spec.get("ports").items().any(|port| named(&port)) {
        return out.not_applicable("the Service names no port of pods");
    }
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    let places: Vec<usize> = pods.selected(namespace(service), &selector).take(PODS).collect();
    if places.is_empty() {
        return out.not_applicable("no pod that the Service selects is in the input");
    }
    let selected: Vec<Pod<'_>> = places
        .iter()
        .filter_map(|&place| inventory.objects().get(place).and_then(|object| Pod::of(object, templates)))
        .collect();
    for port in spec.get("ports").items().filter(named) {
        let at = port.get("targetPort");
        let name = at.str().unwrap_or_default();
        let protocol = port.get("protocol").str().unwrap_or("TCP");
        let opens = |pod: &Pod<'_>| {
            let mut ports = pod.containers().flat_map(|container| container.get("ports").items());
            ports.any(|port| {
                port.get("name").str() == Some(name)
                    && port.get("protocol").str().unwrap_or("TCP") == protocol
            })
        };
        if selected.iter().any(opens) {
            out.pass(&at);
            continue;
        }
        let message = format!("no container that the Service selects names a {protocol} port \"{name}\"");
        let finding = out.fail(&at, message);
        if let Some(pod) = selected.first() {
            finding.also(pod.object(), &pod.spec().get("containers"));
        }
    }
}
