//! A key that stands in its map already.

use ironsides_tree::{RemarkKind, Segment};

use super::find;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "duplicate-key",
        title: "key stands twice in one map",
        severity: Severity::Medium,
        family: "document",
        since: "0.1.0",
        page: include_str!("duplicate_key.md"),
    },
    run: Run::Object(run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let mut seen = Vec::new();
    for remark in &object.remarks {
        let RemarkKind::DuplicateKey { key, .. } = &remark.kind else { continue };
        let path = find(object, remark.span, &|node| node.get(key).map(|_| Some(Segment::Key(key))));
        let path = path.map_or_else(|| key.to_string(), |path| path.to_string());
        let message = format!("the key \"{key}\" stands here again, and what stood there first is lost");
        let before = seen.iter().filter(|earlier| **earlier == path).count();
        let finding = out.fail_at(path.clone(), remark.span, message);
        // Of three equal keys, two are too many.
        if before > 0 {
            finding.key(before.to_string());
        }
        seen.push(path);
    }
}
