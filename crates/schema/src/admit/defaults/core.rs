//! Defaults of the core group, except for pods. Source: `pkg/apis/core/v1/defaults.go`.

use super::super::draft::Draft;

/// Whether the type has defaults here.
pub(super) fn fill(draft: &mut Draft, name: &str) -> bool {
    match name {
        "core.v1.Service" => service(draft),
        "core.v1.ReplicationController" => replication_controller(draft),
        "core.v1.Secret" => draft.default("type", "Opaque"),
        "core.v1.PersistentVolume" => {
            let spec = draft.need("spec");
            spec.default("persistentVolumeReclaimPolicy", "Retain");
            spec.default("volumeMode", "Filesystem");
            draft.need("status").default("phase", "Pending");
        }
        "core.v1.PersistentVolumeClaim" => draft.need("status").default("phase", "Pending"),
        "core.v1.PersistentVolumeClaimSpec" => draft.default("volumeMode", "Filesystem"),
        "core.v1.EndpointPort" => draft.default("protocol", "TCP"),
        "core.v1.Namespace" => namespace(draft),
        "core.v1.NodeStatus" => {
            if draft.has("capacity") {
                let capacity = draft.get("capacity").clone();
                draft.default("allocatable", capacity);
            }
        }
        "core.v1.LimitRangeItem" => limit_range_item(draft),
        _ => return false,
    }
    true
}

fn service(draft: &mut Draft) {
    let spec = draft.need("spec");
    spec.default("sessionAffinity", "None");
    match spec.str("sessionAffinity") {
        "None" => spec.remove("sessionAffinityConfig"),
        "ClientIP" if spec.at(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]).is_null() => {
            let timeout = Draft::of([("timeoutSeconds", Draft::Int(10_800))]);
            spec.set("sessionAffinityConfig", Draft::of([("clientIP", timeout)]));
        }
        _ => {}
    }
    spec.default("type", "ClusterIP");
    for port in spec.items_mut("ports") {
        port.default("protocol", "TCP");
        if !port.get("targetPort").is_filled() {
            let same = port.get("port").int().unwrap_or_default();
            port.set("targetPort", same);
        }
    }
    let kind = spec.str("type").to_owned();
    let outside = matches!(kind.as_str(), "NodePort" | "LoadBalancer")
        || (kind == "ClusterIP" && spec.get("externalIPs").is_filled());
    if outside {
        spec.default("externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer" | "ClusterIP") {
        spec.default("internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        spec.default("allocateLoadBalancerNodePorts", true);
    }
}

fn replication_controller(draft: &mut Draft) {
    let labels = draft.at(&["spec", "template", "metadata", "labels"]).clone();
    if labels.is_filled() {
        if !draft.at(&["spec", "selector"]).is_filled() {
            draft.need("spec").set("selector", labels.clone());
        }
        if !draft.at(&["metadata", "labels"]).is_filled() {
            draft.need("metadata").set("labels", labels);
        }
    }
}

fn namespace(draft: &mut Draft) {
    let name = draft.at(&["metadata", "name"]).text().to_owned();
    if !name.is_empty() {
        let metadata = draft.need("metadata");
        metadata.need("labels").set("kubernetes.io/metadata.name", name);
    }
}

fn limit_range_item(draft: &mut Draft) {
    if draft.str("type") != "Container" {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        for (key, value) in draft.get(from).clone().entries() {
            draft.need(to).default(key, value.clone());
        }
    }
}
