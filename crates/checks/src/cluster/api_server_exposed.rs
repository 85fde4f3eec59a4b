//! A way from outside to the API server that its operators may not know of.

use ironsides_core::{Inventory, LabelSelector, PodTemplates};

use super::API_SERVER;
use crate::gathered::{DEFAULT_NAMESPACE, Pods, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "api-server-exposed",
        title: "service or ingress leads to the API server from outside",
        severity: Severity::High,
        family: "cluster",
        since: "0.1.0",
        page: include_str!("api_server_exposed.md"),
    },
    run: Run::Together { judges: &[SERVICE, INGRESS], needs: &[], welcomes: &[ANY_POD], run },
};

const SERVICE: (&str, &str) = ("", "Service");
const INGRESS: (&str, &str) = ("networking.k8s.io", "Ingress");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if object.reference().kind == "Ingress" {
        return ingress(object, out);
    }
    let spec = object.cursor().get("spec");
    let kind = spec.get("type");
    let external = spec.get("externalIPs").items().next();
    let at = match (kind.str(), external) {
        (Some("LoadBalancer" | "NodePort"), _) => kind,
        (_, Some(address)) => address,
        _ => return out.pass(&kind),
    };
    let namespace = namespace(object);
    let message = "the Service opens the API server to the outside of the cluster";
    if (namespace, &*object.reference().name) == (DEFAULT_NAMESPACE, API_SERVER) {
        out.fail(&at, message);
        return;
    }
    let selector = spec.get("selector");
    let selector = LabelSelector::read_map(&selector).ok().filter(|selector| !selector.is_everything());
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    let selected = selector.iter().flat_map(|selector| pods.selected(namespace, selector));
    for pod in selected.filter_map(|place| inventory.objects().get(place)) {
        if let Some(container) = api_server(pod, templates) {
            out.fail(&at, message).also(pod, &container);
            return;
        }
    }
    out.pass(&at);
}

/// The container of a pod that runs an API server.
fn api_server<'a>(object: &'a Object, templates: &'a PodTemplates) -> Option<Cursor<'a>> {
    let pod = Pod::of(object, templates)?;
    pod.containers().find_map(|container| {
        let image = container.get("image");
        let text = image.str()?;
        let path = text.split('@').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        (last.split(':').next() == Some("kube-apiserver")).then_some(image)
    })
}

/// Reports the backends of an Ingress that are the Service of the API server.
fn ingress(object: &Object, out: &mut Out<'_>) {
    let spec = object.cursor().get("spec");
    if namespace(object) != DEFAULT_NAMESPACE {
        return out.pass(&spec);
    }
    let paths = spec.get("rules").items().flat_map(|rule| rule.at(&["http", "paths"]).items());
    let backends = paths.map(|path| path.get("backend")).chain([spec.get("defaultBackend")]);
    for backend in backends {
        let at = backend.at(&["service", "name"]);
        if at.str() == Some(API_SERVER) {
            out.fail(&at, "the Ingress leads requests from outside to the API server");
        } else {
            out.pass(&at);
        }
    }
}
