//! What looks like a pod in a kind whose pods are not known.

use ironsides_tree::{Node, Path, Segment};

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unjudged-pod",
        title: "something like a pod was not checked",
        severity: Severity::Medium,
        family: "document",
        since: "0.1.0",
        page: include_str!("unjudged_pod.md"),
    },
    run: Run::Object(run),
};

/// Groups of policy engines.
const POLICIES: [&str; 5] = [
    "constraints.gatekeeper.sh",
    "kyverno.io",
    "mutations.gatekeeper.sh",
    "policies.kyverno.io",
    "templates.gatekeeper.sh",
];

/// How deep to look; pod templates of custom resources lie three or four steps down.
const DEPTH: usize = 8;

fn run(object: &Object, out: &mut Out<'_>) {
    if object.kind().is_some() || Pod::is_in(object, out.templates()) {
        return out.not_applicable("it is known where objects of this kind hold pods");
    }
    if POLICIES.contains(&object.reference().group()) {
        return out.not_applicable("policies hold patterns of pods, not pods");
    }
    let mut places = Vec::new();
    look(&object.root, &mut Vec::new(), &mut places);
    if places.is_empty() {
        return out.pass(&object.cursor().get("kind"));
    }
    for place in places {
        let at = place.segments().iter().fold(object.cursor(), |cursor, step| match step {
            Segment::Key(key) => cursor.get(key),
            Segment::Index(index) => cursor.items().nth(*index as usize).unwrap_or(cursor),
        });
        let reference = object.reference();
        // The template is what holds the pod's spec.
        let template = place.to_string();
        let template = template.strip_suffix(".spec").unwrap_or(&template);
        let hint = format!(
            "name it, if it is a pod: --pod-template {}/{}={template}",
            reference.group(),
            reference.kind
        );
        out.unknown(&at, format!("what looks like a pod at {place} was not checked"), hint);
    }
}

/// Collects the places that hold a list of containers with images.
fn look<'a>(node: &'a Node, steps: &mut Vec<Segment<'a>>, places: &mut Vec<Path<'a>>) {
    if is_pod_spec(node) {
        places.push(steps.iter().copied().collect());
        return;
    }
    if steps.len() >= DEPTH {
        return;
    }
    let entries = node.as_map().map(ironsides_tree::Map::entries).unwrap_or_default();
    for entry in entries {
        steps.push(Segment::Key(&entry.key));
        look(&entry.value, steps, places);
        steps.pop();
    }
    for (index, item) in (0..).zip(node.items()) {
        steps.push(Segment::Index(index));
        look(item, steps, places);
        steps.pop();
    }
}

fn is_pod_spec(node: &Node) -> bool {
    let containers = node.get("containers").map(Node::items).unwrap_or_default();
    containers.iter().any(|container| container.get("image").and_then(Node::as_str).is_some())
}
