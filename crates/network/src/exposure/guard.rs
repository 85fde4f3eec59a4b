//! Whether policies guard a pod at all.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::cluster::Endpoint;
use crate::engine::Engine;
use crate::lowered::Lowered;
use crate::matcher::{Match, Matcher};
use crate::rule::{Direction, Origin};

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

/// The guards of classes. Classes that the same rules guard share them.
pub(super) struct Guards {
    /// Whom rules guard, by direction, and the most that they say of them.
    subjects: [Vec<(Arc<Matcher>, Guard)>; 2],
    known: FxHashMap<(Direction, u32), Guard>,
}

impl Guards {
    pub(super) fn new(lowered: &Lowered) -> Self {
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
        Self { subjects, known: FxHashMap::default() }
    }

    /// What guards a pod in a direction.
    pub(super) fn of(&mut self, engine: &Engine<'_>, pod: u32, direction: Direction) -> Guard {
        let lowered = engine.lowered();
        let class = engine.class_of(Endpoint::Pod(pod)).and_then(|class| engine.class(class));
        let view = lowered.pods.get(pod as usize).and_then(|sight| lowered.views.get(sight.local.index()));
        let (Some(class), Some(view)) = (class, view) else { return Guard::Unprotected };
        let subjects = self.subjects.get(direction as usize);
        *self.known.entry((direction, class.group(direction))).or_insert_with(|| {
            let mut guard = Guard::Unprotected;
            for (subject, most) in subjects.into_iter().flatten() {
                if *most > guard && subject.matches(view) == Match::Yes {
                    guard = *most;
                }
                if guard == Guard::Closed {
                    break;
                }
            }
            guard
        })
    }
}
