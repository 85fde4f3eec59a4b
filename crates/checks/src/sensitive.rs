//! Where an object holds secrets in plain text, so that no report repeats them.

use ironsides_core::{Object, Pod, PodTemplates};
use ironsides_tree::{Node, RemarkKind, Span};

use crate::workload::is_secret;

/// The spans of an object's secret values: the data of a Secret, and environment variables that
/// `secret-in-environment` takes for secrets, whether or not that check runs.
pub fn sensitive(object: &Object, templates: &PodTemplates) -> Vec<Span> {
    let mut spans = Vec::new();
    let reference = object.reference();
    let is_secret_object = reference.kind == "Secret" && reference.group().is_empty();
    if is_secret_object {
        for field in ["data", "stringData"] {
            spans.extend(
                object.cursor().get(field).entries().filter_map(|(_, value)| value.node().map(Node::span)),
            );
        }
    }
    if let Some(pod) = Pod::of(object, templates) {
        for container in pod.containers() {
            for variable in container.get("env").items() {
                let value = variable.get("value");
                let name = variable.get("name").str().unwrap_or_default();
                if is_secret(name, &value) {
                    spans.extend(value.node().map(Node::span));
                }
            }
        }
    }
    // Of a key that stands twice the first value is in no tree, but still in the text.
    for remark in &object.remarks {
        if let RemarkKind::DuplicateKey { key, first } = &remark.kind
            && (is_secret_object || key == "value")
        {
            spans.push(Span { start: first.end, end: remark.span.start });
        }
    }
    spans.retain(|span| span.is_some());
    spans
}
