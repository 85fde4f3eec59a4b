//! The Kubernetes Dashboard.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubernetes-dashboard",
        title: "Kubernetes Dashboard is deployed",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("kubernetes_dashboard.md"),
    },
    run: Run::Pod(run),
};

/// The repositories of the dashboard and its parts.
const IMAGES: [&str; 5] = [
    "kubernetesui/dashboard",
    "kubernetesui/dashboard-api",
    "kubernetesui/dashboard-web",
    "kubernetesui/dashboard-auth",
    "kubernetes-dashboard-amd64",
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let labels = pod.metadata().get("labels");
    for key in ["app", "k8s-app"] {
        let at = labels.get(key);
        if at.str() == Some("kubernetes-dashboard") {
            out.fail(&at, "the pod bears the label of the Kubernetes Dashboard");
            return;
        }
    }
    for container in pod.containers() {
        let at = container.get("image");
        let is_dashboard = at.str().is_some_and(|image| {
            let image = image.split('@').next().unwrap_or_default();
            let slash = image.rfind('/').map_or(0, |slash| slash + 1);
            let end =
                image.get(slash..).and_then(|last| last.find(':')).map_or(image.len(), |colon| slash + colon);
            let path = image.get(..end).unwrap_or_default();
            IMAGES.iter().any(|known| {
                path.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            })
        });
        if is_dashboard {
            out.fail(&at, format!("{container} runs the Kubernetes Dashboard"));
        } else {
            out.pass(&at);
        }
    }
}
