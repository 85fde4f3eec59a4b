//! Which event types a condition can be true for.

use crate::engine::{GraphBuilder, Node, NodeId};
use crate::field::EventType;

/// From how many event types on Falco warns.
const MANY: usize = 100;

/// Whether a condition says so little about event types that it is asked of nearly all of them.
pub(super) fn too_many_event_types(builder: &GraphBuilder, node: NodeId) -> bool {
    let types = event_types(builder, node, false);
    types.is_none_or(|types| types.iter().filter(|there| **there).count() > MANY)
}

/// The event types that a condition (or its negation) can be true for; `None` for all.
fn event_types(builder: &GraphBuilder, node: NodeId, negated: bool) -> Option<Vec<bool>> {
    match builder.node(node) {
        Node::Not(part) => event_types(builder, *part, !negated),
        Node::And(parts) | Node::Or(parts) => {
            let both = matches!(builder.node(node), Node::And(_)) != negated;
            let mut all: Option<Option<Vec<bool>>> = None;
            for part in parts {
                let types = event_types(builder, *part, negated);
                all = Some(match all {
                    None => types,
                    Some(known) if both => intersection(known, types),
                    Some(known) => union(known, types),
                });
            }
            all.flatten()
        }
        Node::Check(predicate) => {
            let named = builder.predicate(*predicate)?.event_types()?;
            let mut types = vec![negated; EventType::count()];
            for index in named.iter().filter_map(|name| EventType::named(name)).map(EventType::index) {
                if let Some(there) = types.get_mut(index) {
                    *there = !negated;
                }
            }
            Some(types)
        }
        Node::Constant(_) => None,
    }
}

fn intersection(a: Option<Vec<bool>>, b: Option<Vec<bool>>) -> Option<Vec<bool>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.iter().zip(&b).map(|(a, b)| *a && *b).collect()),
        (a, b) => a.or(b),
    }
}

fn union(a: Option<Vec<bool>>, b: Option<Vec<bool>>) -> Option<Vec<bool>> {
    let (a, b) = (a?, b?);
    Some(a.iter().zip(&b).map(|(a, b)| *a || *b).collect())
}
