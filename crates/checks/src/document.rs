//! Checks of the document itself: what an API server would refuse, drop or read otherwise than it looks.

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
    let entries = node.as_map().map(Map::entries).unwrap_or_default();
    let entries = entries.iter().map(|entry| (Segment::Key(&entry.key), &entry.value));
    let items = (0..).zip(node.items()).map(|(at, item)| (Segment::Index(at), item));
    for (step, inner) in entries.chain(items) {
        steps.push(step);
        if descend(inner, span, is_it, steps) {
            return true;
        }
        steps.pop();
    }
    is_it(node)
}
