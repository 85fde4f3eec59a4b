//! What of an object is kept.
//!
//! Left out is what no check reads and what is large: who manages which field (`metadata.managedFields`), what `kubectl
//! apply` keeps of the whole object (of Secrets its form stays, without values), the images that lie on a node
//! (`status.images`), the schemas of custom resource definitions (`spec.versions[].schema`), and of the status of pods the
//! conditions and what repeats the spec or tells of earlier runs of a container. Values of Secrets never leave this
//! module: a [`Redactor`] puts a size and a fingerprint in their place.

use ironsides_core::{Redacted, Redactor};
use ironsides_tree::{Entry, Map, Node, Span, Text, Value};

use crate::share::Sharer;

/// What is kept of an object of a list, whose items do not say what they are.
pub(crate) fn keep(
    item: &Node,
    group: &str,
    version: &str,
    kind: &str,
    redactor: &Redactor,
    sharer: &mut Sharer,
) -> Option<Node> {
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let map = item.as_map()?;
    let named = |key: &str, text: &str| Entry {
        key: Text::new(key),
        key_span: Span::NONE,
        value: Node::bare(text.into()),
    };
    let mut entries = vec![named("apiVersion", &api_version), named("kind", kind)];
    let others = map.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "apiVersion" | "kind"));
    entries.extend(others.cloned());
    let whole = Node::bare(Value::Map(std::sync::Arc::new(Map::new(entries))));
    let whole = redactor.object(&whole, &mut Redacted::default()).unwrap_or(whole);
    Some(sharer.keep(&whole, &|path, key| is_left_out(group, kind, path, key)))
}

fn is_left_out(group: &str, kind: &str, path: &[&str], key: &str) -> bool {
    match (path, key) {
        (["metadata"], "managedFields" | "selfLink") => true,
        (["status"], "images") => kind == "Node" && group.is_empty(),
        (["status"], "conditions")
        | (
            ["status", "containerStatuses" | "initContainerStatuses" | "ephemeralContainerStatuses"],
            "lastState" | "resources" | "allocatedResources" | "allocatedResourcesStatus" | "volumeMounts",
        ) => kind == "Pod" && group.is_empty(),
        (["spec", "versions"], "schema") => {
            kind == "CustomResourceDefinition" && group == "apiextensions.k8s.io"
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, group: &str, kind: &str) -> String {
        let item = ironsides_tree::parse_one(text).unwrap();
        let kept = keep(&item, group, "v1", kind, &Redactor::new([7; 32]), &mut Sharer::default());
        ironsides_tree::print::json(&kept.unwrap())
    }

    #[test]
    fn items_say_what_they_are_and_lose_what_is_bulk() {
        let pod = "{metadata: {name: a, managedFields: [{}], annotations: {kubectl.kubernetes.io/last-applied-configuration: x}}, \
                   spec: {nodeName: node, volumes: [{resources: 1}]}, status: {phase: Running, conditions: [{}], \
                   containerStatuses: [{image: i, lastState: {}, resources: {}, user: {linux: {uid: 0}}}]}}";
        assert_eq!(
            kept(pod, "", "Pod"),
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":{}},"spec":{"nodeName":"node","volumes":[{"resources":1}]},"status":{"phase":"Running","containerStatuses":[{"image":"i","user":{"linux":{"uid":0}}}]}}"#
        );
        // The same names elsewhere mean something else.
        let other =
            "{metadata: {name: a}, status: {conditions: [1], images: [2]}, spec: {versions: [{schema: 1}]}}";
        for (group, kind) in
            [("apps", "Deployment"), ("example.com", "Pod"), ("example.com", "CustomResourceDefinition")]
        {
            let text = kept(other, group, kind);
            assert!(
                text.contains("conditions") && text.contains("images") && text.contains("schema"),
                "{text}"
            );
        }
    }

    #[test]
    fn values_of_secrets_do_not_stay() {
        let secret = "{metadata: {name: a}, type: Opaque, data: {password: aHVudGVyMg==, empty: ''}}";
        let text = kept(secret, "", "Secret");
        assert!(!text.contains("aHVudGVyMg") && text.contains("withheld/bytes/000000007/blake3/"), "{text}");
        assert!(kept(secret, "", "ConfigMap").contains("aHVudGVyMg=="));
    }
}
