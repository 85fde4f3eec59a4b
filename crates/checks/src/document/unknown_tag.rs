//! A tag that some other program would have understood.

use ironsides_tree::RemarkKind;

use super::find;
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
    for remark in &object.remarks {
        let RemarkKind::UnknownTag { tag } = &remark.kind else { continue };
        let path = find(object, remark.span, &|node| node.span() == remark.span);
        let path = path.map(|path| path.to_string()).unwrap_or_default();
        let message = format!("unknown tag \"{tag}\"; Kubernetes reads the value as a string");
        out.fail_at(path, remark.span, message);
    }
}
