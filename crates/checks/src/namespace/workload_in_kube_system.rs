//! A workload that is put among the parts of the cluster itself.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "workload-in-kube-system",
        title: "workload runs in the cluster's own namespace",
        severity: Severity::Low,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("workload_in_kube_system.md"),
    },
    run: Run::Pod(run),
};

/// Labels that the parts of the cluster bear there, and the values that tell them; any value where none is given.
const OWN: [(&str, &[&str]); 4] = [
    ("tier", &["control-plane"]),
    ("addonmanager.kubernetes.io/mode", &[]),
    ("kubernetes.io/cluster-service", &[]),
    (
        "k8s-app",
        &["kube-dns", "kube-proxy", "metrics-server", "calico-node", "calico-kube-controllers", "cilium"],
    ),
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.object().cursor().at(&["metadata", "namespace"]);
    if at.str() != Some("kube-system") {
        return out.pass(&at);
    }
    let labels = pod.metadata().get("labels");
    let is_own = OWN.iter().any(|(key, values)| {
        let label = labels.get(key);
        label.str().is_some_and(|value| values.is_empty() || values.contains(&value))
    });
    if is_own {
        return out.not_applicable("the pod is a part of the cluster itself");
    }
    out.fail(&at, "the workload runs in kube-system, among the parts of the cluster itself")
        .confidence(Confidence::Medium);
}
