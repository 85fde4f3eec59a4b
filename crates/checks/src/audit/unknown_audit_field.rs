//! A field that the API server drops, so that the rule means more than it says.

use ironsides_audit::{GroupResources, Note, Rule};
use ironsides_tree::{Map, Node};
use strsim::levenshtein;

use super::POLICY;
use super::lint::Lint;
use crate::out::Draft;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unknown-audit-field",
        title: "field of an audit policy is dropped",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("unknown_audit_field.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let Ok(loaded) = &out.audit().loaded else { return };
    let dropped = || loaded.notes.iter().filter_map(|note| Some((note, note.dropped.as_deref()?)));
    for (note, field) in dropped() {
        let is_in = |rule: &Rule| rule.span.start <= note.span.start && note.span.end <= rule.span.end;
        let rule = lint.policy.rules.iter().find(|rule| is_in(rule));
        let is_for_all = rule.is_some_and(Rule::is_for_all);
        let rest = if is_for_all { "; without it the rule is about every request" } else { "" };
        let path = if note.path.is_empty() { field.to_owned() } else { format!("{}.{field}", note.path) };
        let finding = out.fail_at(path, note.span, format!("{}{rest}", note.message));
        if is_for_all {
            finding.severity(Severity::High);
        } else if rule.is_none() {
            finding.severity(Severity::Low);
        }
        rename(&lint.root, note, field, finding);
    }
    for (_, _, at) in lint.rules() {
        out.pass(at);
    }
}

/// Offers the name that was probably meant, where it is free and the value fits.
fn rename<'a>(root: &Cursor<'a>, note: &Note, field: &'a str, finding: &mut Draft) {
    let Some(holder) = holder(root, note) else { return };
    let near = |known: &&&str| {
        known.eq_ignore_ascii_case(field) || levenshtein(known, field) <= 1 || format!("{field}s") == ***known
    };
    let Some(meant) = Rule::FIELDS.iter().chain(&GroupResources::FIELDS).find(near).copied() else { return };
    let (value, is_free) = (holder.get(field), !holder.get(meant).is_set());
    let fits = match meant {
        "level" | "group" => value.str().is_some(),
        "omitManagedFields" => value.bool().is_some(),
        _ => value.node().is_some_and(|node| node.as_list().is_some()),
    };
    if let Some(node) = value.node().filter(|_| is_free && fits) {
        let test = "simulate the policy: until now the field was dropped";
        finding.unsafe_fix(format!("rename it to {meant}"), test, || {
            [set(&holder.get(meant), node.clone()), remove(&value)]
        });
    }
}

/// The map that a dropped field stands in.
fn holder<'a>(root: &Cursor<'a>, note: &Note) -> Option<Cursor<'a>> {
    let has = |at: &Cursor<'_>| {
        let map = at.node().and_then(Node::as_map);
        map.is_some_and(|map: &Map| map.entries().iter().any(|entry| entry.key_span == note.span))
    };
    let rules = root.get("rules").items();
    let entries = root.get("rules").items().flat_map(|rule| rule.get("resources").items());
    rules.chain(entries).find(has)
}
