//! Whether policies guard a pod at all.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lowered::Lowered;
use crate::matcher::{Match, Matcher};
use crate::rule::{Direction, Origin};
use crate::view::ViewId;

/// What policies say about one direction of a pod's traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// Nothing: everything goes.
    #[default]
    Unprotected,
    /// Something; what they do not name goes.
    Partly,
    /// What they do not name is dropped.
    Closed,
}

/// The guards of every pod, ingress first.
pub(super) fn guards(lowered: &Lowered) -> Vec<[Guard; 2]> {
    // Many rules share whom they guard.
    let mut subjects: [Vec<(Arc<Matcher>, Guard)>; 2] = [Vec::new(), Vec::new()];
    let mut places: FxHashMap<(Direction, *const Matcher), usize> = FxHashMap::default();
    for rule in &lowered.rules {
        let guard = match rule.origin {
            Origin::Policy(..) => Guard::Partly,
            Origin::Default(_) => Guard::Closed,
            Origin::Plugin(_) => continue,
        };
        let Some(list) = subjects.get_mut(rule.direction as usize) else { continue };
        let key = (rule.direction, Arc::as_ptr(&rule.subject));
        let place = *places.entry(key).or_insert(list.len());
        match list.get_mut(place) {
            Some((_, known)) => *known = guard.max(*known),
            None => list.push((Arc::clone(&rule.subject), guard)),
        }
    }
    let mut known: FxHashMap<ViewId, [Guard; 2]> = FxHashMap::default();
    let of = |id: ViewId| {
        subjects.each_ref().map(|list| {
            let mut guard = Guard::Unprotected;
            let Some(view) = lowered.views.get(id.index()) else { return guard };
            for (subject, most) in list {
                if *most > guard && subject.matches(view) == Match::Yes {
                    guard = *most;
                }
                if guard == Guard::Closed {
                    break;
                }
            }
            guard
        })
    };
    lowered.pods.iter().map(|sight| *known.entry(sight.local).or_insert_with(|| of(sight.local))).collect()
}
