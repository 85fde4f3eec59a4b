//! A secret that is written into an annotation.

use super::content;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-in-annotation",
        title: "annotation holds a secret in plain text",
        severity: Severity::High,
        family: "configuration",
        since: "0.1.0",
        page: include_str!("secret_in_annotation.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    judge(object, &object.cursor().at(&["metadata", "annotations"]), out);
    if let Some(pod) = Pod::of(object, out.templates()).filter(Pod::is_template) {
        judge(object, &pod.metadata().get("annotations"), out);
    }
}

fn judge(object: &Object, annotations: &Cursor<'_>, out: &mut Out<'_>) {
    for (key, at) in annotations.entries() {
        let Some(text) = at.str() else { continue };
        let Some((what, severity)) = content::annotation(object, key, text) else {
            out.pass(&at);
            continue;
        };
        let message = format!("annotation {key} holds {what} in plain text");
        out.fail_at(at.path().text(), at.mark(), message).severity(severity);
    }
}
