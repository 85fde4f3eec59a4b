//! Which labels of pods and nodes become part of an identity.

/// Prefixes of keys that are kept, whatever stands below. A dot is a dot.
const KEPT: [&str; 5] = [
    "io.kubernetes.pod.namespace",
    "io.cilium.k8s.namespace.labels",
    "app.kubernetes.io",
    "io.cilium.k8s.policy.cluster",
    "io.cilium.k8s.policy.serviceaccount",
];

/// Prefixes of keys that are left out, since their values differ from pod to pod.
const DROPPED: [&str; 14] = [
    "io.kubernetes",
    "kubernetes.io",
    "topology.kubernetes.io",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/controller-uid",
    "k8s.io",
    "pod-template-generation",
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "annotation",
    "etcd_node",
];

/// What is left out wherever it stands.
const DROPPED_INSIDE: &str = "beta.kubernetes.io";

/// Whether a label becomes part of an identity, by the list that Cilium has where nobody sets `labels`: of the prefixes
/// that match, the longer kind wins (pkg/labelsfilter of Cilium).
pub(super) fn is_kept(key: &str) -> bool {
    let kept = KEPT.iter().filter(|prefix| key.starts_with(**prefix)).map(|prefix| prefix.len()).max();
    let plain = DROPPED.iter().filter(|prefix| key.starts_with(**prefix)).map(|prefix| prefix.len());
    // As far as it goes: the expression in front of it takes as much as it can.
    let inside = key.rfind(DROPPED_INSIDE).map(|at| at + DROPPED_INSIDE.len());
    plain.chain(inside).min().is_none_or(|dropped| kept.is_some_and(|kept| kept > dropped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_differ_from_pod_to_pod_are_left_out() {
        for key in [
            "app",
            "app.kubernetes.io/name",
            "io.kubernetes.pod.namespace",
            "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name",
            "node-role.kubernetes.io/control-plane",
            "example.com/kubernetes.io",
            "k8s-app",
        ] {
            assert!(is_kept(key), "{key}");
        }
        for key in [
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
            "io.kubernetes.container.name",
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
            "batch.kubernetes.io/controller-uid",
            "failure-domain.beta.kubernetes.io/zone",
            "beta.kubernetes.io/arch",
            "k8s.io/cluster",
            "pod-template-hash",
            "annotations",
            "io.cilium.k8s.namespace.labels.beta.kubernetes.io/arch",
        ] {
            assert!(!is_kept(key), "{key}");
        }
    }
}
