//! Checks of namespaces: what they ask of their pods, and what stands in them.

use ironsides_core::Object;
use ironsides_podsecurity::Level;
use ironsides_podsecurity::labels::ENFORCE;
use ironsides_tree::Cursor;

use crate::check::Check;

mod default_namespace;
mod namespace_enforces_baseline;
mod namespace_enforces_privileged;
mod namespace_without_pod_security;
mod pod_refused_by_namespace;
mod pod_security_label_invalid;
mod pod_security_version_unpinned;
mod pod_security_without_warning;
mod workload_in_kube_system;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &default_namespace::CHECK,
    &namespace_enforces_baseline::CHECK,
    &namespace_enforces_privileged::CHECK,
    &namespace_without_pod_security::CHECK,
    &pod_refused_by_namespace::CHECK,
    &pod_security_label_invalid::CHECK,
    &pod_security_version_unpinned::CHECK,
    &pod_security_without_warning::CHECK,
    &workload_in_kube_system::CHECK,
];

/// The kind that most of these checks are about.
const NAMESPACE: &[(&str, &str)] = &[("", "Namespace")];

/// What to try before a stricter level is enforced.
const TRY_LEVEL: &str = "set it as the warn level first, or label the namespace with --dry-run=server: \
                         both name the pods that would be refused";

/// Why `kube-system` is left alone where other namespaces are asked to refuse pods.
const SYSTEM: &str = "the control plane and the agents of the nodes run here and need to be privileged";

/// A label of a namespace, written or not.
fn label<'a>(namespace: &'a Object, key: &'a str) -> Cursor<'a> {
    namespace.cursor().get("metadata").get("labels").get(key)
}

/// Whether a label is written at all. One that is null is an empty string to the server, not absent.
fn is_written(namespace: &Object, key: &str) -> bool {
    namespace.root.at(&["metadata", "labels"]).is_some_and(|labels| labels.get(key).is_some())
}

/// The level that a namespace enforces, where its label names one.
fn enforced(namespace: &Object) -> Option<Level> {
    label(namespace, ENFORCE).str()?.parse().ok()
}

/// Whether this is the namespace of the cluster's own components.
fn is_system(namespace: &Object) -> bool {
    namespace.reference().name == "kube-system"
}

/// Why a namespace of a cluster is not asked for a level that Kubernetes makes itself and in which it runs nothing.
fn runs_nothing(namespace: &Object) -> Option<&'static str> {
    let is_own = matches!(&*namespace.reference().name, "kube-public" | "kube-node-lease");
    (is_own && namespace.is_live()).then_some("Kubernetes makes this namespace itself and runs no pod in it")
}
