//! Which versions of built-in kinds were deprecated and taken away, and what replaces them.
//!
//! Releases and replacements are those of the Kubernetes deprecation guide
//! (<https://kubernetes.io/docs/reference/using-api/deprecation-guide/>); those in which a version was deprecated are
//! what the API server itself warns with.

/// A version of some kinds that is no longer served, or will not be.
#[derive(Debug)]
pub(super) struct Retired {
    /// Group and version.
    pub(super) api_version: &'static str,
    /// The kinds of it that were retired together.
    pub(super) kinds: &'static [&'static str],
    /// The minor version from which on its use is answered with a warning.
    pub(super) deprecated: u64,
    /// The minor version that no longer serves it; `None` where none is set.
    pub(super) removed: Option<u64>,
    /// Group and version to use instead, and the first minor version that serves it; `None` where there is none.
    pub(super) replacement: Option<(&'static str, u64)>,
}

const fn row(
    api_version: &'static str,
    kinds: &'static [&'static str],
    deprecated: u64,
    removed: u64,
    replacement: &'static str,
    since: u64,
) -> Retired {
    Retired {
        api_version,
        kinds,
        deprecated,
        removed: Some(removed),
        replacement: Some((replacement, since)),
    }
}

const RBAC: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const FLOWS: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];
const HPA: &[&str] = &["HorizontalPodAutoscaler"];

/// All of them, by the release that took them away.
#[rustfmt::skip]
pub(super) static RETIRED: &[Retired] = &[
    row("extensions/v1beta1", &["DaemonSet", "Deployment", "ReplicaSet"], 9, 16, "apps/v1", 9),
    row("extensions/v1beta1", &["NetworkPolicy"], 9, 16, "networking.k8s.io/v1", 8),
    row("extensions/v1beta1", &["PodSecurityPolicy"], 10, 16, "policy/v1beta1", 10),
    row("apps/v1beta1", &["ControllerRevision", "Deployment", "StatefulSet"], 9, 16, "apps/v1", 9),
    row("apps/v1beta2", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], 9, 16, "apps/v1", 9),
    row("scheduling.k8s.io/v1alpha1", &["PriorityClass"], 14, 17, "scheduling.k8s.io/v1", 14),
    row("admissionregistration.k8s.io/v1beta1", &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], 16, 22, "admissionregistration.k8s.io/v1", 16),
    row("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"], 16, 22, "apiextensions.k8s.io/v1", 16),
    row("apiregistration.k8s.io/v1beta1", &["APIService"], 19, 22, "apiregistration.k8s.io/v1", 10),
    row("authentication.k8s.io/v1beta1", &["TokenReview"], 19, 22, "authentication.k8s.io/v1", 6),
    row("authorization.k8s.io/v1beta1", &["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"], 19, 22, "authorization.k8s.io/v1", 6),
    row("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], 19, 22, "certificates.k8s.io/v1", 19),
    row("coordination.k8s.io/v1beta1", &["Lease"], 19, 22, "coordination.k8s.io/v1", 14),
    row("extensions/v1beta1", &["Ingress"], 14, 22, "networking.k8s.io/v1", 19),
    row("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"], 19, 22, "networking.k8s.io/v1", 19),
    row("rbac.authorization.k8s.io/v1alpha1", RBAC, 17, 22, "rbac.authorization.k8s.io/v1", 8),
    row("rbac.authorization.k8s.io/v1beta1", RBAC, 17, 22, "rbac.authorization.k8s.io/v1", 8),
    row("scheduling.k8s.io/v1beta1", &["PriorityClass"], 14, 22, "scheduling.k8s.io/v1", 14),
    row("storage.k8s.io/v1beta1", &["CSIDriver"], 19, 22, "storage.k8s.io/v1", 18),
    row("storage.k8s.io/v1beta1", &["CSINode"], 17, 22, "storage.k8s.io/v1", 17),
    row("storage.k8s.io/v1beta1", &["StorageClass"], 19, 22, "storage.k8s.io/v1", 6),
    row("storage.k8s.io/v1beta1", &["VolumeAttachment"], 19, 22, "storage.k8s.io/v1", 13),
    row("autoscaling/v2beta1", HPA, 22, 25, "autoscaling/v2", 23),
    row("batch/v1beta1", &["CronJob"], 21, 25, "batch/v1", 21),
    row("discovery.k8s.io/v1beta1", &["EndpointSlice"], 21, 25, "discovery.k8s.io/v1", 21),
    row("events.k8s.io/v1beta1", &["Event"], 19, 25, "events.k8s.io/v1", 19),
    row("node.k8s.io/v1beta1", &["RuntimeClass"], 22, 25, "node.k8s.io/v1", 20),
    row("policy/v1beta1", &["PodDisruptionBudget"], 21, 25, "policy/v1", 21),
    Retired { api_version: "policy/v1beta1", kinds: &["PodSecurityPolicy"], deprecated: 21, removed: Some(25), replacement: None },
    row("autoscaling/v2beta2", HPA, 23, 26, "autoscaling/v2", 23),
    row("flowcontrol.apiserver.k8s.io/v1beta1", FLOWS, 23, 26, "flowcontrol.apiserver.k8s.io/v1", 29),
    row("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], 24, 27, "storage.k8s.io/v1", 24),
    row("flowcontrol.apiserver.k8s.io/v1beta2", FLOWS, 26, 29, "flowcontrol.apiserver.k8s.io/v1", 29),
    row("flowcontrol.apiserver.k8s.io/v1beta3", FLOWS, 29, 32, "flowcontrol.apiserver.k8s.io/v1", 29),
    Retired { api_version: "v1", kinds: &["ComponentStatus"], deprecated: 19, removed: None, replacement: None },
    Retired { api_version: "v1", kinds: &["Endpoints"], deprecated: 33, removed: None, replacement: Some(("discovery.k8s.io/v1", 21)) },
];

/// What is known of a version of a kind. The lists of a kind go with it.
pub(super) fn retired(api_version: &str, kind: &str) -> Option<&'static Retired> {
    let known = |kind: &str| {
        RETIRED.iter().find(|retired| retired.api_version == api_version && retired.kinds.contains(&kind))
    };
    known(kind).or_else(|| known(kind.strip_suffix("List")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_what_the_newest_server_serves() {
        let newest = crate::api::newest();
        for retired in RETIRED {
            assert!(retired.removed.is_none_or(|removed| removed > retired.deprecated), "{retired:?}");
            for kind in retired.kinds {
                let served = ironsides_schema::kind(retired.api_version, kind).is_some();
                let gone = retired.removed.is_some_and(|removed| removed <= newest);
                assert_eq!(served, !gone, "{} {kind}", retired.api_version);
                let Some((instead, since)) = retired.replacement else { continue };
                assert!(since <= newest);
                // PodSecurityPolicy had a replacement that is gone as well; reviews and events are never stored.
                let again = self::retired(instead, kind).is_some();
                let other = *kind == "Endpoints" || kind.ends_with("Review");
                assert!(
                    again || other || ironsides_schema::kind(instead, kind).is_some(),
                    "{instead} {kind}"
                );
            }
        }
    }
}
