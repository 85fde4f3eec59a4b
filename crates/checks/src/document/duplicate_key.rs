//! A key that stands in its map already.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use ironsides_core::Origin;
use ironsides_tree::edit::{Edit, OwnedPath};
use ironsides_tree::{Lines, Node, RemarkKind, Segment, Span};

use super::find;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "duplicate-key",
        title: "key is set twice in the same map",
        severity: Severity::Medium,
        family: "document",
        since: "0.1.0",
        page: include_str!("duplicate_key.md"),
    },
    run: Run::Object(run),
};

/// Past so many repetitions nobody reads on, and looking each one up in the tree takes its time.
const LOOKED_UP: usize = 1000;

/// Lines are counted in texts up to this many bytes: a larger one may hold many objects, and each counts anew.
const COUNTED: usize = 1 << 17;

fn run(object: &Object, out: &mut Out<'_>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let text = match &object.origin {
        Origin::File { text, .. } if text.len() <= COUNTED => Some(text),
        _ => None,
    };
    let lines = OnceCell::new();
    let line = |span: Span| {
        let text = text.filter(|_| span.is_some())?;
        Some(lines.get_or_init(|| Lines::new(text)).position(text, span.start).line)
    };
    for (number, remark) in object.remarks.iter().enumerate() {
        let RemarkKind::DuplicateKey { key, first } = &remark.kind else { continue };
        let holds_key = |node: &Node| node.get(key).is_some();
        let place = (number < LOOKED_UP).then(|| find(object, remark.span, &holds_key)).flatten();
        // A merge key brings in what stands elsewhere; there is nothing here to take away.
        let holder = place.as_ref().and_then(|place| OwnedPath::from(place).of(&object.root)).map(Node::span);
        let is_here = holder.is_some_and(|map| {
            let holds = |span: Span| map.start <= span.start && span.end <= map.end;
            let merges = object.written(map).is_none_or(|text| text.contains("<<"));
            holds(*first) && holds(remark.span) && !merges
        });
        let place = place.map(|place| place.join(Segment::Key(key)));
        let path = place.as_ref().map_or_else(|| key.to_string(), ToString::to_string);
        let message = match line(*first) {
            Some(line) => format!("duplicate key \"{key}\"; the first one (line {line}) is ignored"),
            None => format!("duplicate key \"{key}\"; the first one is ignored"),
        };
        let before = seen.entry(path.clone()).or_default();
        let finding = out.fail_at(path, remark.span, message);
        if let Some(place) = place.filter(|_| is_here) {
            finding.safe_fix("take away what is ignored", || [Edit::unrepeat(&place)]);
        }
        // Of three equal keys, two are too many.
        if *before > 0 {
            finding.key(before.to_string());
        }
        *before += 1;
    }
}
