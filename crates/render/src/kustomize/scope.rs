//! Which kinds kustomize knows to have no namespace.
//!
//! It goes by the kinds of Kubernetes 1.21 (the OpenAPI document it carries); newer ones it takes for namespaced.

use super::id::Gvk;

/// Whether objects of a kind certainly have no namespace.
pub(super) fn is_cluster_scoped(gvk: &Gvk) -> bool {
    TABLE.iter().any(|(group, versions, kinds)| {
        *group == gvk.group && versions.contains(&gvk.version.as_str()) && kinds.contains(&gvk.kind.as_str())
    })
}

const BOTH: &[&str] = &["v1", "v1beta1"];

type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const TABLE: &[Row] = &[
    (
        "admissionregistration.k8s.io",
        BOTH,
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ),
    ("apiextensions.k8s.io", BOTH, &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", BOTH, &["APIService"]),
    ("certificates.k8s.io", BOTH, &["CertificateSigningRequest"]),
    ("flowcontrol.apiserver.k8s.io", &["v1beta1"], &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io", BOTH, &["IngressClass"]),
    ("node.k8s.io", BOTH, &["RuntimeClass"]),
    ("policy", &["v1beta1"], &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", BOTH, &["ClusterRole", "ClusterRoleBinding"]),
    ("scheduling.k8s.io", BOTH, &["PriorityClass"]),
    ("storage.k8s.io", BOTH, &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
    ("", &["v1"], &["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"]),
];
