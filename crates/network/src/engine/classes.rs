//! Classes: what talks alike.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::intern::Interner;
use super::selectors::{Hits, Selectors};
use super::shapes::Shapes;
use crate::lowered::{Lowered, Sight};
use crate::port::PortMatch;
use crate::rule::Direction;
use crate::view::ViewId;

/// Which [`Class`] of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub(super) u32);

impl ClassId {
    /// The place in [`super::Engine::classes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Endpoints that no rule tells apart, neither as those whom it guards nor as peers.
#[derive(Clone, Debug)]
pub struct Class {
    /// Places in [`crate::Cluster::pods`].
    pub pods: Vec<u32>,
    /// Places in [`crate::Cluster::nodes`].
    pub nodes: Vec<u32>,
    /// Places in [`field@Lowered::outside`].
    pub outside: Vec<u32>,
    /// How peers on the same node see it.
    pub(super) near: ClassId,
    /// The group of rules that guards it, by direction.
    pub(super) groups: [u32; 2],
    /// Its named ports as others see them.
    pub(super) peer_ports: u32,
}

impl Class {
    /// The number of the group that guards it in a direction: classes of one group are guarded by the same rules.
    pub fn group(&self, direction: Direction) -> u32 {
        self.groups[direction as usize]
    }
}

/// Classes, and whom the selectors select among them.
pub(super) struct Classes {
    pub(super) list: Vec<Class>,
    pub(super) of_pods: Vec<ClassId>,
    pub(super) of_nodes: Vec<ClassId>,
    pub(super) of_outside: Vec<ClassId>,
    /// For each selector the classes that it selects as peers.
    pub(super) peers: Vec<Hits>,
    /// The groups by direction.
    pub(super) groups: [Vec<Group>; 2],
}

/// Subjects that the same rules guard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Group {
    /// The selectors of subjects that take them, with the condition: a number of [`Conditions`].
    pub(super) subjects: Vec<(u32, u32)>,
    /// Their named ports, where a rule for what they receive asks for some.
    pub(super) ports: u32,
}

/// Conditions by number. 0 is no condition.
#[derive(Default)]
pub(super) struct Conditions(Interner<str>);

impl Conditions {
    pub(super) fn number(&mut self, why: &str) -> u32 {
        self.0.intern(why).saturating_add(1)
    }

    pub(super) fn get(&self, number: u32) -> Option<Arc<str>> {
        self.0.get(number.checked_sub(1)?).cloned()
    }
}

/// What the views of one kind share: all that rules ask.
struct Kinds {
    /// The kind of each shape.
    of: Vec<u32>,
    /// The first shape of each.
    first: Vec<u32>,
}

impl Kinds {
    /// The coarsest division of shapes such that whom a selector selects is made of whole kinds.
    fn new(shapes: &Shapes<'_>, hits: &[Hits]) -> Self {
        let mut seeds: FxHashMap<[u32; 2], u32> = FxHashMap::default();
        let mut sizes: Vec<u32> = Vec::new();
        let mut of: Vec<u32> = Vec::with_capacity(shapes.named.len());
        for named in &shapes.named {
            let next = number(seeds.len());
            let kind = *seeds.entry(*named).or_insert(next);
            if kind == next && sizes.len() == next as usize {
                sizes.push(0);
            }
            if let Some(size) = sizes.get_mut(kind as usize) {
                *size += 1;
            }
            of.push(kind);
        }
        // Of each kind how many are selected, then into which new kind they go.
        let mut moved: Vec<u32> = vec![0; sizes.len()];
        let mut touched: Vec<u32> = Vec::new();
        for (_, list) in hits.iter().filter_map(Hits::parts).flatten() {
            for &shape in list {
                let Some(&kind) = of.get(shape as usize) else { continue };
                let Some(count) = moved.get_mut(kind as usize) else { continue };
                if *count == 0 {
                    touched.push(kind);
                }
                *count += 1;
            }
            for &kind in &touched {
                let (Some(count), Some(size)) = (moved.get_mut(kind as usize), sizes.get_mut(kind as usize))
                else {
                    continue;
                };
                if *count == *size {
                    *count = kind;
                } else {
                    *size -= *count;
                    let new = number(sizes.len());
                    sizes.push(std::mem::replace(count, new));
                }
            }
            for &shape in list {
                if let Some(kind) = of.get_mut(shape as usize) {
                    *kind = moved.get(*kind as usize).copied().unwrap_or(*kind);
                }
            }
            for kind in touched.drain(..) {
                if let Some(count) = moved.get_mut(kind as usize) {
                    *count = 0;
                }
            }
            moved.resize(sizes.len(), 0);
        }
        let mut first = vec![u32::MAX; sizes.len()];
        for (shape, kind) in (0..).zip(&of) {
            if let Some(first) = first.get_mut(*kind as usize).filter(|first| **first == u32::MAX) {
                *first = shape;
            }
        }
        Self { of, first }
    }

    fn of(&self, shape: u32) -> u32 {
        self.of.get(shape as usize).copied().unwrap_or_default()
    }
}

/// A length as a number of the engine.
pub(super) fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Classes {
    pub(super) fn new(
        lowered: &Lowered,
        selectors: &Selectors<'_>,
        shapes: &Shapes<'_>,
        conditions: &mut Conditions,
    ) -> Self {
        let hits = selectors.hits(shapes, conditions);
        let kinds = Kinds::new(shapes, &hits);
        // From here on a kind has one shape: its first.
        let kind_of_first = |shape: u32| {
            let kind = kinds.of(shape);
            (kinds.first.get(kind as usize) == Some(&shape)).then_some(kind)
        };
        let hits: Vec<Hits> =
            hits.into_iter().map(|hits| hits.each(|shape| kind_of_first(shape).into_iter())).collect();
        let subjects = group(lowered, selectors, shapes, &kinds, &hits);

        let mut classes = Self {
            list: Vec::new(),
            of_pods: Vec::new(),
            of_nodes: Vec::new(),
            of_outside: Vec::new(),
            peers: Vec::new(),
            groups: Direction::ALL.map(|direction| subjects[direction as usize].0.clone()),
        };
        let mut seats = Seats { known: FxHashMap::default(), seen_as: vec![Vec::new(); kinds.first.len()] };
        let kind = |view: ViewId| kinds.of(shapes.of.get(view.index()).copied().unwrap_or_default());
        let mut class = |classes: &mut Self, sight: Sight| {
            let (seen, own) =
                (kind(sight.remote), kind(if sight.node.is_some() { sight.local } else { sight.remote }));
            let groups = Direction::ALL.map(|direction| {
                subjects[direction as usize].1.get(own as usize).copied().unwrap_or_default()
            });
            let mut seat = |seen: u32| {
                let first = kinds.first.get(seen as usize).copied().unwrap_or_default();
                let [_, named] = shapes.named.get(first as usize).copied().unwrap_or_default();
                seats.take(&mut classes.list, (seen, own), groups, named)
            };
            // What is near sees the view by which it is guarded itself.
            let (class, near) = (seat(seen), seat(own));
            if let Some(class) = classes.list.get_mut(class.index()) {
                class.near = near;
            }
            class
        };
        // Most pods are seen alike by all, and many share a view.
        let mut of_views: Vec<Option<ClassId>> = vec![None; lowered.views.len()];
        for (at, sight) in (0..).zip(&lowered.pods) {
            let known = of_views.get_mut(sight.remote.index()).filter(|_| sight.remote == sight.local);
            let id = match known {
                Some(known) => *known.get_or_insert_with(|| class(&mut classes, *sight)),
                None => class(&mut classes, *sight),
            };
            classes.of_pods.push(id);
            if let Some(class) = classes.list.get_mut(id.index()) {
                class.pods.push(at);
            }
        }
        for (at, sight) in (0..).zip(&lowered.nodes) {
            let id = class(&mut classes, *sight);
            classes.of_nodes.push(id);
            if let Some(class) = classes.list.get_mut(id.index()) {
                class.nodes.push(at);
            }
        }
        for (at, (_, view)) in (0..).zip(&lowered.outside) {
            let id = class(&mut classes, Sight { remote: *view, local: *view, node: None });
            classes.of_outside.push(id);
            if let Some(class) = classes.list.get_mut(id.index()) {
                class.outside.push(at);
            }
        }
        let seen_as = |kind: u32| seats.seen_as.get(kind as usize).into_iter().flatten().copied();
        classes.peers = hits.into_iter().map(|hits| hits.each(seen_as)).collect();
        classes
    }
}

/// The classes by what they are: the kind as which others see them, and the kind that they are for themselves.
struct Seats {
    known: FxHashMap<(u32, u32), ClassId>,
    /// The classes that are seen as a kind.
    seen_as: Vec<Vec<u32>>,
}

impl Seats {
    fn take(&mut self, list: &mut Vec<Class>, key: (u32, u32), groups: [u32; 2], peer_ports: u32) -> ClassId {
        *self.known.entry(key).or_insert_with(|| {
            let id = ClassId(number(list.len()));
            list.push(Class { pods: vec![], nodes: vec![], outside: vec![], near: id, groups, peer_ports });
            if let Some(seen) = self.seen_as.get_mut(key.0 as usize) {
                seen.push(id.0);
            }
            id
        })
    }
}

/// The groups of a direction, and the group of each kind.
type Grouped = (Vec<Group>, Vec<u32>);

/// Which rules guard each kind, by direction.
fn group(
    lowered: &Lowered,
    selectors: &Selectors<'_>,
    shapes: &Shapes<'_>,
    kinds: &Kinds,
    hits: &[Hits],
) -> [Grouped; 2] {
    Direction::ALL.map(|direction| {
        // Which selectors take subjects, and whether one of their rules asks for a named port of the subject.
        let mut guards: Vec<Option<bool>> = vec![None; hits.len()];
        for (rule, &(subject, _)) in lowered.rules.iter().zip(&selectors.of) {
            if rule.direction != direction {
                continue;
            }
            let asks = || rule.ports.iter().flat_map(|ports| ports.iter()).any(PortMatch::is_named);
            let named = direction == Direction::Ingress && asks();
            if let Some(guard) = guards.get_mut(subject as usize) {
                *guard = Some(guard.unwrap_or_default() || named);
            }
        }
        let mut selected: Vec<(Vec<(u32, u32)>, bool)> = vec![(Vec::new(), false); kinds.first.len()];
        for ((selector, guard), hits) in (0..).zip(&guards).zip(hits) {
            let Some(named) = *guard else { continue };
            let Some(parts) = hits.parts() else {
                for (subjects, asks) in &mut selected {
                    subjects.push((selector, 0));
                    *asks |= named;
                }
                continue;
            };
            for (condition, list) in parts {
                for &kind in list {
                    if let Some((subjects, asks)) = selected.get_mut(kind as usize) {
                        subjects.push((selector, condition));
                        *asks |= named;
                    }
                }
            }
        }
        let mut known: FxHashMap<Group, u32> = FxHashMap::default();
        let mut groups = Vec::new();
        let of = selected.into_iter().zip(&kinds.first).map(|((subjects, asks), &first)| {
            let ports = shapes.named.get(first as usize).map_or(0, |named| if asks { named[0] } else { 0 });
            let group = Group { subjects, ports };
            if let Some(&known) = known.get(&group) {
                return known;
            }
            groups.push(group.clone());
            let next = number(groups.len() - 1);
            known.insert(group, next);
            next
        });
        let of = of.collect();
        (groups, of)
    })
}
