//! A key that stands in its map already.

use std::collections::BTreeMap;

use ironsides_tree::{Node, RemarkKind, Segment};

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

/// Past so many repetitions nobody reads on, and looking each one up in the tree takes its time.
const LOOKED_UP: usize = 1000;

fn run(object: &Object, out: &mut Out<'_>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (number, remark) in object.remarks.iter().enumerate() {
        let RemarkKind::DuplicateKey { key, .. } = &remark.kind else { continue };
        let holds_key = |node: &Node| node.get(key).is_some();
        let place = (number < LOOKED_UP).then(|| find(object, remark.span, &holds_key)).flatten();
        let path = place.map_or_else(|| key.to_string(), |place| place.join(Segment::Key(key)).to_string());
        let message = format!("the key \"{key}\" stands here again, and what stood there first is lost");
        let before = seen.entry(path.clone()).or_default();
        let finding = out.fail_at(path, remark.span, message);
        // Of three equal keys, two are too many.
        if *before > 0 {
            finding.key(before.to_string());
        }
        *before += 1;
    }
}
