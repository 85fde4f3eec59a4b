//! A tag that some other program would have understood.

use ironsides_tree::RemarkKind;

use super::paths;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unknown-tag",
        title: "YAML tag is unknown to Kubernetes",
        severity: Severity::Low,
        family: "document",
        since: "0.1.0",
        page: include_str!("unknown_tag.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let tags = object.remarks.iter().filter_map(|remark| match &remark.kind {
        RemarkKind::UnknownTag { tag } => Some((remark.span, tag)),
        RemarkKind::DuplicateKey { .. } => None,
    });
    // A password that begins with an exclamation mark is a tag too.
    let reference = object.reference();
    let secret = reference.kind == "Secret" && reference.group().is_empty();
    let paths = paths(object, tags.clone().map(|(span, _)| span));
    for (span, tag) in tags {
        let message = if secret {
            "unknown YAML tag; Kubernetes reads the value as a string".to_owned()
        } else {
            format!("unknown tag \"{tag}\"; Kubernetes reads the value as a string")
        };
        out.fail_at(paths.get(&span).cloned().unwrap_or_default(), span, message);
    }
}
