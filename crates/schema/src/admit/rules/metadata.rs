//! Metadata of objects. Source: `k8s.io/apimachinery/pkg/api/validation/objectmeta.go` and the name functions of the
//! kinds.

use super::super::draft::Draft;
use super::faults::Faults;
use super::{form, labels};
use crate::table::Kind;

/// The most bytes that all annotations of an object may have together.
const ANNOTATIONS: usize = 256 << 10;

/// The metadata of a whole object.
pub(super) fn common(draft: &Draft, is_name: &dyn Fn(&str) -> bool, faults: &mut Faults) {
    let metadata = draft.get("metadata");
    faults.enter("metadata", |faults| {
        let name = metadata.str("name");
        if name.is_empty() {
            faults.add("name", "a name is required");
        } else {
            faults.ensure(is_name(name), "name", "is not a name for this kind");
        }
        template(metadata, faults);
        faults.ensure(
            metadata.get("generation").int().unwrap_or_default() >= 0,
            "generation",
            "must not be negative",
        );
        let mut controllers = 0;
        for owner in metadata.get("ownerReferences").items() {
            let complete = ["apiVersion", "kind", "name", "uid"].iter().all(|key| owner.has(key));
            faults.ensure(complete, "ownerReferences", "apiVersion, kind, name and uid are required");
            faults.ensure(owner.str("kind") != "Event", "ownerReferences", "an Event owns nothing");
            controllers += usize::from(owner.is_true("controller"));
        }
        faults.ensure(controllers < 2, "ownerReferences", "only one owner can be the controller");
        for finalizer in metadata.get("finalizers").items() {
            let text = finalizer.text();
            let known = matches!(text, "orphan" | "foregroundDeletion" | "kubernetes") || text.contains('/');
            faults.ensure(form::is_qualified(text) && known, "finalizers", "must be qualified names");
        }
    });
}

/// What holds of the metadata of templates too.
pub(super) fn template(metadata: &Draft, faults: &mut Faults) {
    labels::labels(metadata.get("labels"), "labels", faults);
    let mut size = 0;
    for (key, value) in metadata.get("annotations").entries() {
        let right = form::is_qualified(&key.to_lowercase());
        faults.ensure(right, "annotations", "a key is no qualified name");
        size += key.len() + value.text().len();
    }
    faults.ensure(size <= ANNOTATIONS, "annotations", "are too long");
}

/// Whether a name will do for a kind.
pub(super) fn is_name(name: &str, kind: &Kind) -> bool {
    match (kind.group, kind.kind) {
        ("", "Namespace" | "Service") | ("apps", "StatefulSet") => form::is_label(name),
        ("rbac.authorization.k8s.io", _) | ("certificates.k8s.io", "ClusterTrustBundle") => {
            form::is_path_segment(name)
        }
        ("policy", "PodDisruptionBudget") | ("" | "events.k8s.io", "Event") => form::is_path_segment(name),
        ("batch", "CronJob") => form::is_subdomain(name) && name.len() <= 52,
        ("networking.k8s.io", "IPAddress") => form::is_ip(name),
        _ => form::is_subdomain(name),
    }
}
