//! Checks of the document itself: what an API server would refuse, drop or read otherwise than it looks.

use std::collections::HashMap;

use ironsides_core::{Object, Origin};
use ironsides_tree::{Map, Node, Path, Segment, Span};

use crate::check::Check;

mod duplicate_key;
mod unjudged_pod;
mod unknown_field;
mod unknown_kind;
mod unknown_tag;
mod wrong_type;

/// The checks of this family, in alphabetical order.
pub(crate) static CHECKS: &[&Check] = &[
    &duplicate_key::CHECK,
    &unjudged_pod::CHECK,
    &unknown_field::CHECK,
    &unknown_kind::CHECK,
    &unknown_tag::CHECK,
    &wrong_type::CHECK,
];

/// Why an object is not held against the table of its fields, where it is not.
fn excused(object: &Object) -> Option<&'static str> {
    if object.kind().is_none() {
        return Some("the kind is not built into Kubernetes");
    }
    // What such an object seems to have too many, a newer server knows.
    matches!(object.origin, Origin::Api { .. })
        .then_some("a server returned it, and it returns only what it knows")
}

/// The ways to the values with these spans, found in one walk.
pub(crate) fn paths(object: &Object, spans: impl Iterator<Item = Span>) -> HashMap<Span, String> {
    let mut paths: HashMap<Span, Option<String>> = spans.map(|span| (span, None)).collect();
    if !paths.is_empty() {
        walk(&object.root, &mut Vec::new(), &mut paths);
    }
    paths.into_iter().filter_map(|(span, path)| Some((span, path?))).collect()
}

fn walk<'a>(node: &'a Node, steps: &mut Vec<Segment<'a>>, paths: &mut HashMap<Span, Option<String>>) {
    for (step, inner) in inside(node) {
        steps.push(step);
        walk(inner, steps, paths);
        steps.pop();
    }
    // Through an alias a value stands in several places: the first is where it is written.
    if let Some(path @ None) = paths.get_mut(&node.span()) {
        *path = Some(steps.iter().copied().collect::<Path<'_>>().to_string());
    }
}

/// The values of a map and the items of a list.
fn inside(node: &Node) -> impl Iterator<Item = (Segment<'_>, &Node)> {
    let entries = node.as_map().map(Map::entries).unwrap_or_default();
    let entries = entries.iter().map(|entry| (Segment::Key(&entry.key), &entry.value));
    entries.chain((0..).zip(node.items()).map(|(at, item)| (Segment::Index(at), item)))
}

/// The way to the innermost of the maps and values around `span` that `is_it` takes.
fn find<'a>(object: &'a Object, span: Span, is_it: &dyn Fn(&Node) -> bool) -> Option<Path<'a>> {
    let mut steps = Vec::new();
    descend(&object.root, span, is_it, &mut steps).then(|| steps.into_iter().collect())
}

fn descend<'a>(
    node: &'a Node,
    span: Span,
    is_it: &dyn Fn(&Node) -> bool,
    steps: &mut Vec<Segment<'a>>,
) -> bool {
    if node.span().start > span.start || node.span().end < span.end {
        return false;
    }
    for (step, inner) in inside(node) {
        steps.push(step);
        if descend(inner, span, is_it, steps) {
            return true;
        }
        steps.pop();
    }
    is_it(node)
}
