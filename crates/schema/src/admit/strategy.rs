//! What the API server makes of a new object after its defaults: system fields, status, derived values.
//!
//! Source: the `PrepareForCreate` functions under `pkg/registry` of Kubernetes 1.36, and the conversions between the
//! served and the internal types where those change something.

use super::World;
use super::draft::Draft;
use super::{pods, services};
use crate::table::Kind;

/// What stands for an identifier that the server makes up.
pub(super) const UID: &str = "00000000-0000-0000-0000-000000000000";

/// Kinds whose first generation is 1 though their status, if any, is kept as written.
const GENERATION: [&str; 17] = [
    "PriorityClass",
    "IngressClass",
    "NetworkPolicy",
    "EndpointSlice",
    "ResourceSlice",
    "DeviceClass",
    "PodTemplate",
    "MutatingAdmissionPolicy",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "MutatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "CustomResourceDefinition",
    "DeviceTaintRule",
];

/// Kinds that begin with generation 1 and an empty status.
const WORKLOADS: [&str; 10] = [
    "Pod",
    "ReplicationController",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "Ingress",
    "PodDisruptionBudget",
];

/// Kinds whose status is emptied.
const STATUS: [&str; 15] = [
    "Service",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "HorizontalPodAutoscaler",
    "CertificateSigningRequest",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "ValidatingAdmissionPolicy",
    "ServiceCIDR",
    "VolumeAttachment",
    "ResourceClaim",
    "APIService",
    "Namespace",
    "CustomResourceDefinition",
];

/// Prepares a new object of this kind.
pub(super) fn prepare(draft: &mut Draft, kind: &'static Kind, world: &World<'_>) {
    let metadata = draft.need("metadata");
    for key in
        ["deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "uid", "creationTimestamp"]
    {
        metadata.remove(key);
    }
    metadata.remove("resourceVersion");
    metadata.remove("selfLink");
    super::generate_name(metadata);
    if kind.kind == "LimitRange" && !metadata.has("name") {
        metadata.set("name", UID);
    }
    if WORKLOADS.contains(&kind.kind) || GENERATION.contains(&kind.kind) {
        metadata.set("generation", 1);
    }
    if WORKLOADS.contains(&kind.kind) || STATUS.contains(&kind.kind) {
        draft.remove("status");
    }
    match kind.kind {
        "Pod" => pods::prepare(draft),
        "DaemonSet" => daemon_set(draft),
        "APIService" if !draft.get("spec").has("service") => {
            let condition = Draft::of([
                ("type", Draft::from("Available")),
                ("status", Draft::from("True")),
                ("reason", Draft::from("Local")),
                ("message", Draft::from("Local APIServices are always available")),
            ]);
            draft.need("status").set("conditions", vec![condition]);
        }
        "StatefulSet" => {
            // The conversion names the kind of each claim (`Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec`).
            for claim in draft.need("spec").items_mut("volumeClaimTemplates") {
                claim.set("apiVersion", "v1");
                claim.set("kind", "PersistentVolumeClaim");
            }
        }
        "Job" => job(draft),
        "Namespace" => namespace(draft),
        "PersistentVolume" => {
            finalize(draft, "kubernetes.io/pv-protection");
            draft.need("status").set("phase", "Pending");
        }
        "PersistentVolumeClaim" => {
            finalize(draft, "kubernetes.io/pvc-protection");
            draft.need("status").set("phase", "Pending");
            data_sources(draft.need("spec"));
        }
        "VolumeAttributesClass" => finalize(draft, "kubernetes.io/vac-protection"),
        "Secret" => secret(draft),
        "Service" => services::prepare(draft, world),
        "ServiceAccount" => service_account(draft),
        "CertificateSigningRequest" => certificate(draft.need("spec")),
        "CustomResourceDefinition" => {
            let names = draft.at(&["spec", "versions"]).items();
            let stored = names.iter().find(|version| version.is_true("storage"));
            let stored: Vec<Draft> = stored.map(|version| version.get("name").clone()).into_iter().collect();
            draft.need("status").set("storedVersions", stored);
        }
        "HorizontalPodAutoscaler" if kind.version == "v1" => {
            let spec = draft.need("spec");
            spec.default("targetCPUUtilizationPercentage", 80);
        }
        "Node" => {
            let taint = Draft::of([
                ("key", Draft::from("node.kubernetes.io/not-ready")),
                ("effect", Draft::from("NoSchedule")),
            ]);
            let spec = draft.need("spec");
            if spec.has("podCIDR") && !spec.get("podCIDRs").is_filled() {
                let one = spec.get("podCIDR").clone();
                spec.set("podCIDRs", vec![one]);
            }
            let tainted = spec.get("taints").items().iter().any(|known| {
                known.str("key") == "node.kubernetes.io/not-ready" && known.str("effect") == "NoSchedule"
            });
            if !tainted {
                spec.push("taints", taint);
            }
        }
        _ => {}
    }
    templates(draft, kind);
}

/// The old name of the service account follows the new one, and no grace period is negative (conversions of
/// `PodSpec` and `PodTemplateSpec`).
fn templates(draft: &mut Draft, kind: &Kind) {
    let Some(path) = kind.pod_template else { return };
    let Some(spec) = draft.at_mut(path).and_then(|template| template.get_mut("spec")) else { return };
    pods::account(spec);
    // Fields of features that are off are dropped (`DropDisabledTemplateFields`).
    for list in ["containers", "initContainers"] {
        for container in spec.items_mut(list) {
            let Some(lifecycle) = container.get_mut("lifecycle") else { continue };
            if lifecycle.has("stopSignal") {
                lifecycle.remove("stopSignal");
                if !lifecycle.is_filled() {
                    container.remove("lifecycle");
                }
            }
        }
    }
    if spec.get("terminationGracePeriodSeconds").int().is_some_and(|seconds| seconds < 0) {
        spec.set("terminationGracePeriodSeconds", 1);
    }
}

fn finalize(draft: &mut Draft, name: &str) {
    let metadata = draft.need("metadata");
    if !metadata.get("finalizers").items().iter().any(|known| known.text() == name) {
        metadata.push("finalizers", Draft::from(name));
    }
}

fn daemon_set(draft: &mut Draft) {
    const GENERATION: &str = "deprecated.daemonset.template.generation";
    let annotations = draft.need("metadata").need("annotations");
    let given = annotations.str(GENERATION).parse::<i64>().ok().filter(|given| *given >= 1);
    annotations.set(GENERATION, given.unwrap_or(1).to_string());
}

/// `generateSelectorIfNeeded`.
fn job(draft: &mut Draft) {
    let name = draft.at(&["metadata", "name"]).text().to_owned();
    let spec = draft.need("spec");
    if !spec.is_true("manualSelector") {
        let labels = spec.need("template").need("metadata").need("labels");
        for key in ["job-name", "batch.kubernetes.io/job-name"] {
            labels.default(key, name.as_str());
        }
        for key in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
            labels.default(key, UID);
        }
        spec.need("selector").need("matchLabels").default("batch.kubernetes.io/controller-uid", UID);
    }
}

fn namespace(draft: &mut Draft) {
    let spec = draft.need("spec");
    if !spec.get("finalizers").items().iter().any(|known| known.text() == "kubernetes") {
        spec.push("finalizers", Draft::from("kubernetes"));
    }
    let name = draft.at(&["metadata", "name"]).text().to_owned();
    draft.need("metadata").need("labels").set("kubernetes.io/metadata.name", name);
    draft.need("status").set("phase", "Active");
}

/// `stringData` is written into `data` (`SetDefaults`-like step of the v1 conversion).
fn secret(draft: &mut Draft) {
    let texts = draft.get("stringData").clone();
    for (key, value) in texts.entries() {
        draft.need("data").set(key, super::base64::encode(value.text().as_bytes()));
    }
    draft.remove("stringData");
}

fn service_account(draft: &mut Draft) {
    for secret in draft.items_mut("secrets") {
        let name = secret.get("name").clone();
        *secret = Draft::map();
        if !name.is_null() {
            secret.set("name", name);
        }
    }
}

/// `EnforceDataSourceBackwardsCompatibility` and `NormalizeDataSources`: unknown sources are dropped, and the two ways
/// of naming a data source follow each other.
fn data_sources(spec: &mut Draft) {
    let source = spec.get("dataSource");
    let known = matches!(
        (source.str("apiGroup"), source.str("kind")),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    );
    if !known && !spec.has("dataSourceRef") {
        spec.remove("dataSource");
    }
    let copy = |from: &Draft| {
        let mut made = Draft::map();
        for key in ["apiGroup", "kind", "name"] {
            if from.has(key) {
                made.set(key, from.get(key).clone());
            }
        }
        made
    };
    if spec.has("dataSource") && !spec.has("dataSourceRef") {
        let made = copy(spec.get("dataSource"));
        spec.set("dataSourceRef", made);
    } else if spec.has("dataSourceRef")
        && !spec.has("dataSource")
        && !spec.get("dataSourceRef").get("namespace").is_filled()
    {
        let made = copy(spec.get("dataSourceRef"));
        spec.set("dataSource", made);
    }
}

fn certificate(spec: &mut Draft) {
    for key in ["uid", "extra"] {
        spec.remove(key);
    }
    spec.set("username", "admin");
    spec.set("groups", vec![Draft::from("system:masters"), Draft::from("system:authenticated")]);
}
