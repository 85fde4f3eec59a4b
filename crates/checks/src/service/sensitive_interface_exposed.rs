//! A Service that leads people from outside to a tool for administrators.

use ironsides_core::{Inventory, LabelSelector};

use super::SERVICE;
use crate::gathered::{Pods, namespace};
use crate::image::Reference;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "sensitive-interface-exposed",
        title: "service opens an administration interface to the outside",
        severity: Severity::High,
        family: "service",
        since: "0.1.0",
        page: include_str!("sensitive_interface_exposed.md"),
    },
    run: Run::Together { judges: SERVICE, needs: &[ANY_POD], welcomes: &[], run },
};

/// Repositories of tools that run what they are told, or show everything: how the path of the image ends, and what it is.
const INTERFACES: [(&str, &str); 22] = [
    ("kubernetesui/dashboard", "Kubernetes Dashboard"),
    ("kubernetesui/dashboard-web", "Kubernetes Dashboard"),
    ("jenkins/jenkins", "Jenkins"),
    ("jenkins", "Jenkins"),
    ("argoproj/argocli", "Argo Workflows"),
    ("argoproj/argo-server", "Argo Workflows"),
    ("argoproj/argocd", "Argo CD"),
    ("weaveworks/scope", "Weave Scope"),
    ("portainer/portainer", "Portainer"),
    ("portainer/portainer-ce", "Portainer"),
    ("rancher/rancher", "Rancher"),
    ("apache/airflow", "Airflow"),
    ("apache/nifi", "NiFi"),
    ("kubeflow/centraldashboard", "Kubeflow"),
    ("jupyterhub/k8s-hub", "JupyterHub"),
    ("dpage/pgadmin4", "pgAdmin"),
    ("phpmyadmin", "phpMyAdmin"),
    ("adminer", "Adminer"),
    ("mongo-express", "Mongo Express"),
    ("rediscommander/redis-commander", "Redis Commander"),
    ("vllm/vllm-openai", "vLLM"),
    ("ollama/ollama", "Ollama"),
];

fn run(service: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let spec = service.cursor().get("spec");
    let at = spec.get("type");
    if !matches!(at.str(), Some("NodePort" | "LoadBalancer")) {
        return out.not_applicable("the Service is not open to the outside");
    }
    let selector = spec.get("selector");
    let Ok(selector) = LabelSelector::read_map(&selector) else { return out.pass(&at) };
    if selector.is_everything() {
        return out.not_applicable("the Service selects no pods");
    }
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    for place in pods.selected(namespace(service), &selector).take(64) {
        let Some(object) = inventory.objects().get(place) else { continue };
        let Some(pod) = Pod::of(object, templates) else { continue };
        for container in pod.containers() {
            let image = container.get("image");
            if let Some(name) = image.str().and_then(interface) {
                let finding = out
                    .fail(&at, format!("the interface of {name} can be reached from outside of the cluster"));
                finding.also(object, &image);
                return;
            }
        }
    }
    out.pass(&at);
}

/// The tool that an image holds, by its repository.
fn interface(image: &str) -> Option<&'static str> {
    let reference = Reference::parse(image).ok()?;
    let path = reference.path;
    let ends = |known: &str| {
        path.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    INTERFACES.iter().find(|(known, _)| ends(known)).map(|(_, name)| *name)
}
