//! Objects from texts.

use ironsides_core::{Object, Origin, Pod, PodTemplates};
use ironsides_podsecurity::PodFacts;
use ironsides_tree::parse_one;

/// The object in a YAML or JSON text.
pub(crate) fn object(text: &str) -> Object {
    Object::new(parse_one(text).unwrap(), Origin::Api { request: "a test".into() }, Vec::new())
}

/// Reads the pods of these objects and hands them on.
pub(crate) fn with_facts<T>(objects: &[Object], use_facts: impl FnOnce(&[PodFacts<'_>]) -> T) -> T {
    let templates = PodTemplates::default();
    let facts: Vec<_> =
        objects.iter().map(|object| PodFacts::of(&Pod::of(object, &templates).unwrap())).collect();
    use_facts(&facts)
}

/// A pod of this name with one container and these further fields of its spec, in flow style.
pub(crate) fn pod(name: &str, container: &str, spec: &str) -> Object {
    object(&format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: app, image: i{container}}}]{spec}}}}}"
    ))
}

/// What a container needs to satisfy the restricted level.
pub(crate) const SAFE_CONTAINER: &str =
    ", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
/// What a pod needs to satisfy the restricted level.
pub(crate) const SAFE_POD: &str =
    ", securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}";
