//! The different matchers of all rules, and whom each selects.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use super::classes::Conditions;
use super::shapes::{Index, Posting, Shapes};
use crate::address::AddressSet;
use crate::lowered::Lowered;
use crate::matcher::{Conjunct, Match, Matcher, Operator, Requirement};
use crate::symbol::Symbol;
use crate::view::View;

/// The different matchers of a list of rules.
pub(super) struct Selectors<'a> {
    /// Each once.
    list: Vec<&'a Matcher>,
    /// The subject and the peers of each rule: places in `list`.
    pub(super) of: Vec<(u32, u32)>,
}

impl<'a> Selectors<'a> {
    pub(super) fn new(lowered: &'a Lowered) -> Self {
        let mut list = Vec::new();
        let mut by_value: FxHashMap<&Matcher, u32> = FxHashMap::default();
        // Most rules share their matchers: a look at the pointer spares a look at the whole.
        let mut by_pointer: FxHashMap<*const Matcher, u32> = FxHashMap::default();
        let mut place = |matcher: &'a Arc<Matcher>| {
            *by_pointer.entry(Arc::as_ptr(matcher)).or_insert_with(|| {
                *by_value.entry(&**matcher).or_insert_with(|| {
                    list.push(&**matcher);
                    u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
                })
            })
        };
        let of = lowered.rules.iter().map(|rule| (place(&rule.subject), place(&rule.peers))).collect();
        Self { list, of }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The labels that any of them asks about.
    pub(super) fn keys(&self) -> impl Iterator<Item = Symbol> {
        self.conjuncts().flat_map(|conjunct| &conjunct.requirements).map(|requirement| requirement.key)
    }

    /// The sets of addresses that any of them asks about.
    pub(super) fn sets(&self) -> impl Iterator<Item = &'a AddressSet> {
        self.conjuncts().filter_map(|conjunct| conjunct.addresses.as_deref())
    }

    fn conjuncts(&self) -> impl Iterator<Item = &'a Conjunct> {
        self.list.iter().flat_map(|matcher| &matcher.0)
    }

    /// Whom each selects.
    pub(super) fn hits(&self, shapes: &Shapes<'_>, conditions: &mut Conditions) -> Vec<Hits> {
        let index = Index::new(shapes, self);
        let hits = |matcher: &&Matcher| Hits::of(matcher, shapes, &index);
        let found: Vec<(Hits, Vec<Arc<str>>)> = self.list.par_iter().with_min_len(16).map(hits).collect();
        let mut numbered = |(mut hits, texts): (Hits, Vec<Arc<str>>)| {
            if let Hits::Some(_, conditional) = &mut hits {
                for ((condition, _), text) in conditional.iter_mut().zip(&texts) {
                    *condition = conditions.number(text);
                }
            }
            hits
        };
        found.into_iter().map(&mut numbered).collect()
    }
}

/// The shapes that a matcher selects.
#[derive(Clone, Debug)]
pub(super) enum Hits {
    /// Each of them, for certain.
    All,
    /// Some, sorted: those that it selects for certain, then by condition those that it selects if that holds.
    Some(Vec<u32>, Vec<(u32, Vec<u32>)>),
}

impl Hits {
    /// Whom a matcher selects, with the texts of the conditions, which have no numbers yet.
    fn of(matcher: &Matcher, shapes: &Shapes<'_>, index: &Index) -> (Self, Vec<Arc<str>>) {
        if matcher.is_everybody() {
            return (Self::All, Vec::new());
        }
        let mut candidates: Vec<u32> = Vec::new();
        let mut exact = true;
        for conjunct in &matcher.0 {
            exact &= conjunct.candidates(index, &mut candidates);
        }
        candidates.sort_unstable();
        candidates.dedup();
        if exact {
            return (Self::Some(candidates, Vec::new()), Vec::new());
        }
        let mut conditional: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut texts: Vec<Arc<str>> = Vec::new();
        candidates.retain(|&shape| {
            match shapes.views.get(shape as usize).map_or(Match::No, |view: &&View| matcher.matches(view)) {
                Match::Yes => true,
                Match::No => false,
                Match::If(why) => {
                    let place = texts.iter().position(|text| *text == why).unwrap_or_else(|| {
                        texts.push(why);
                        conditional.push((0, Vec::new()));
                        texts.len() - 1
                    });
                    if let Some((_, shapes)) = conditional.get_mut(place) {
                        shapes.push(shape);
                    }
                    false
                }
            }
        });
        (Self::Some(candidates, conditional), texts)
    }

    /// The same with other numbers, each number becoming any number of them.
    pub(super) fn each<I: Iterator<Item = u32>>(self, into: impl Fn(u32) -> I) -> Self {
        let list = |list: Vec<u32>| list.into_iter().flat_map(&into).collect();
        match self {
            Self::All => Self::All,
            Self::Some(certain, conditional) => Self::Some(
                list(certain),
                conditional.into_iter().map(|(condition, own)| (condition, list(own))).collect(),
            ),
        }
    }

    /// All its lists with their conditions; `None` where it selects all.
    pub(super) fn parts(&self) -> Option<impl Iterator<Item = (u32, &[u32])>> {
        let Self::Some(certain, conditional) = self else { return None };
        let conditional = conditional.iter().map(|(condition, list)| (*condition, list.as_slice()));
        Some([(0, certain.as_slice())].into_iter().chain(conditional))
    }
}

impl Conjunct {
    /// Adds shapes among which are all that satisfy it; tells whether it is those exactly: by labels they are, by addresses and
    /// conditions each has to be asked.
    fn candidates(&self, index: &Index, found: &mut Vec<u32>) -> bool {
        let asked: Vec<(bool, Postings<'_>)> =
            self.requirements.iter().map(|requirement| postings(requirement, index)).collect();
        let few = asked
            .iter()
            .enumerate()
            .filter(|(_, (wanted, _))| *wanted)
            .min_by_key(|(_, (_, lists))| lists.iter().map(|posting| posting.list.len()).sum::<usize>());
        let start = found.len();
        match (&few, &self.addresses) {
            (Some((_, (_, lists))), _) => found.extend(lists.iter().flat_map(|posting| &posting.list)),
            (None, Some(set)) => found.extend(index.within(set.ranges())),
            (None, None) => found.extend(0..index.count()),
        }
        let few = few.map(|(at, _)| at);
        let mut end = start;
        for at in start..found.len() {
            let Some(&shape) = found.get(at) else { break };
            let meets = |(wanted, lists): &(bool, Postings<'_>)| {
                lists.iter().any(|posting| posting.holds(shape)) == *wanted
            };
            if asked.iter().enumerate().all(|(at, asked)| Some(at) == few || meets(asked)) {
                if let Some(kept) = found.get_mut(end) {
                    *kept = shape;
                }
                end += 1;
            }
        }
        found.truncate(end);
        self.addresses.is_none() && self.condition.is_none()
    }
}

/// Lists of shapes that together are all that have something.
type Postings<'i> = SmallVec<[&'i Posting; 2]>;

/// Who has what a requirement is about, and whether it wants that or its absence.
fn postings<'i>(requirement: &Requirement, index: &'i Index) -> (bool, Postings<'i>) {
    let key = requirement.key;
    let of = |values: &[Symbol]| values.iter().map(|&value| index.with(key, value)).collect();
    match &requirement.operator {
        Operator::In(values) => (true, of(values)),
        Operator::NotIn(values) => (false, of(values)),
        Operator::Exists => (true, smallvec![index.having(key)]),
        Operator::DoesNotExist => (false, smallvec![index.having(key)]),
    }
}
