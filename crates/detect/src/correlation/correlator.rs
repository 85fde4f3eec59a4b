//! Correlations asked of events, one after the other.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::groups::{Group, Groups};
use super::key;
use super::ordered::Chains;
use super::seen::{Novelty, Seen};
use super::window::Window;
use super::{Correlation, Detection, MAX_ENTRIES, Nanoseconds, Sight, Type, sights};
use crate::field::{Argument, Catalogue, FieldUse};
use crate::predicate::Event;
use crate::rules::RuleSet;
use crate::value::Value;

/// How far an event's time may lie before that of an earlier one of its group. What lies further back is a clock that
/// was set back, or another log: the group begins anew.
const TOLERANCE: Nanoseconds = 600 * 1_000_000_000;

/// What events did that correlations cannot make good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events older than an earlier one of their group; they were counted at their own time.
    pub late: u64,
    /// How often a clock went back so far (ten minutes) that a group began anew.
    pub set_back: u64,
    /// Events without a time; they were taken to be as old as the one before.
    pub untimed: u64,
    /// Groups that were forgotten for others because there were too many.
    pub forgotten_groups: u64,
    /// Values of `new_value` that were forgotten for others because there were too many.
    pub forgotten_values: u64,
}

/// The state of all correlations of a source.
///
/// Events must come in the order of the log. Memory is bounded: by [`Limits`](super::Limits), and for every correlation
/// by about a million events and values.
#[derive(Debug)]
pub struct Correlator {
    rules: Arc<RuleSet>,
    sights: Vec<Sight>,
    states: Vec<State>,
    hasher: RandomState,
    time: Option<FieldUse>,
    /// The time of the event before.
    before: Nanoseconds,
    tally: Tally,
    scratch: Scratch,
}

/// Room that is used again for every event.
#[derive(Debug, Default)]
struct Scratch {
    group: Vec<u8>,
    value: Vec<u8>,
    id: Vec<u8>,
    steps: Vec<usize>,
}

/// The state of a correlation.
#[derive(Debug)]
struct State {
    groups: Groups<Kept>,
}

/// The state of a group.
#[derive(Debug)]
struct Kept {
    /// The latest time of its events.
    latest: Nanoseconds,
    /// When it last was met.
    met: Option<Nanoseconds>,
    /// How long what is remembered matters.
    matters: Option<Nanoseconds>,
    what: What,
}

#[derive(Debug)]
enum What {
    Window(Window),
    Chains(Chains),
    Seen(Box<Seen>),
}

impl Group for Kept {
    fn entries(&self) -> usize {
        match &self.what {
            What::Window(window) => window.len(),
            What::Chains(chains) => chains.entries(),
            What::Seen(seen) => seen.len(),
        }
    }

    fn idle(&self, now: i64) -> bool {
        self.matters.is_some_and(|matters| now.saturating_sub(self.latest) > matters)
    }
}

impl Correlator {
    /// Nothing seen so far.
    pub fn new(rules: Arc<RuleSet>, source: &str) -> Self {
        let sights = sights(&rules.correlations, source);
        let states =
            rules.correlations.iter().map(|known| State { groups: Groups::new(known.limits.groups) });
        let states = states.collect();
        let time = Catalogue::of(source).and_then(|catalogue| catalogue.field("evt.rawtime"));
        let time = time.map(|id| FieldUse { id, argument: Argument::None, kind: id.field().kind });
        Self {
            rules,
            sights,
            states,
            hasher: RandomState::new(),
            time,
            before: 0,
            tally: Tally::default(),
            scratch: Scratch::default(),
        }
    }

    /// Whether there is anything to correlate.
    pub fn is_empty(&self) -> bool {
        self.sights.is_empty()
    }

    /// Adds an event with the conditions that are true for it, as [`Fired::sightings`](crate::engine::Fired::sightings)
    /// gives them; what is met by it, in the order of the files.
    pub fn add<E: Event + ?Sized>(&mut self, sightings: &[usize], event: &E) -> Vec<Detection> {
        let mut found = Vec::new();
        if sightings.is_empty() {
            return found;
        }
        let first = self.rules.rules.len();
        let sight = |number: &usize| self.sights.get(number.checked_sub(first)?).copied();
        let seen: Vec<Sight> = sightings.iter().filter_map(sight).collect();
        let time = self.time_of(event);
        for of_one in seen.chunk_by(|a, b| a.correlation == b.correlation) {
            found.extend(self.one(of_one, event, time));
        }
        found
    }

    /// What events did that could not be made good.
    pub fn tally(&self) -> Tally {
        let forgotten_groups = self.states.iter().map(|state| state.groups.forgotten).sum();
        Tally { forgotten_groups, ..self.tally }
    }

    /// How many groups are remembered, over all correlations.
    pub fn groups(&self) -> usize {
        self.states.iter().map(|state| state.groups.len()).sum()
    }

    /// How many events and values are remembered, over all correlations.
    pub fn entries(&self) -> usize {
        self.states.iter().map(|state| state.groups.entries).sum()
    }

    fn time_of<E: Event + ?Sized>(&mut self, event: &E) -> Nanoseconds {
        let time = match self.time.as_ref().and_then(|field| event.value(field)) {
            Some(Value::Uint(time)) => i64::try_from(time).ok(),
            _ => None,
        };
        match time {
            Some(time) => self.before = time,
            None => self.tally.untimed += 1,
        }
        self.before
    }

    /// Adds an event to one correlation.
    fn one<E: Event + ?Sized>(&mut self, seen: &[Sight], event: &E, time: Nanoseconds) -> Option<Detection> {
        let number = seen.first()?.correlation;
        let rules = Arc::clone(&self.rules);
        let known = rules.correlations.get(number)?;
        let state = self.states.get_mut(number)?;
        let Scratch { group, value, id, steps } = &mut self.scratch;
        key::write(&known.group_by, event, group);
        let begins_anew = seen.iter().any(|sight| sight.step.is_none());
        steps.clear();
        steps.extend(seen.iter().filter_map(|sight| sight.step));
        if steps.is_empty() {
            // Nothing to count: only a group that is there can begin anew.
            if let Some(kept) = state.groups.known(group) {
                let before = kept.entries();
                kept.begin_anew();
                let after = kept.entries();
                state.groups.entries = (state.groups.entries + after).saturating_sub(before);
            }
            return None;
        }
        key::write(&known.field, event, value);
        let id = match known.kind {
            Type::EventCount if !known.once_per.is_empty() => {
                key::write(&known.once_per, event, id);
                Some(self.hasher.hash_one(&*id))
            }
            Type::ValueCount | Type::NewValue => Some(self.hasher.hash_one(&*value)),
            _ => None,
        };
        let kept = state.groups.get(group, time, || Kept::new(known, group, time))?;
        let before = kept.entries();
        if time < kept.latest {
            if kept.latest.saturating_sub(time) > TOLERANCE {
                self.tally.set_back += 1;
                kept.set_back(time);
            } else {
                self.tally.late += 1;
            }
        }
        if begins_anew {
            kept.begin_anew();
        }
        kept.latest = kept.latest.max(time);
        let met = kept.add(known, steps, time, id, value);
        if let What::Seen(seen) = &mut kept.what {
            self.tally.forgotten_values += seen.shrink(known.limits.values) as u64;
        }
        let found = met.filter(|_| kept.tells(known)).map(|met| Detection {
            rules: Arc::clone(&self.rules),
            correlation: number,
            count: met.count,
            values: met.values,
            earlier: met.earlier,
            group: key::texts(group),
            first: met.first,
            last: met.last,
        });
        let after = kept.entries();
        state.groups.entries = (state.groups.entries + after).saturating_sub(before);
        if state.groups.entries > MAX_ENTRIES {
            state.groups.shed(time);
        }
        found
    }
}

/// What a group has when it meets its correlation.
struct Met {
    count: u64,
    values: Vec<String>,
    earlier: Vec<String>,
    first: Nanoseconds,
    last: Nanoseconds,
}

impl Kept {
    fn new(known: &Correlation, group: &[u8], time: Nanoseconds) -> Self {
        let what = match known.kind {
            Type::EventCount | Type::ValueCount | Type::Temporal => What::Window(Window::default()),
            Type::TemporalOrdered => What::Chains(Chains::new(known.steps.len())),
            Type::NewValue => What::Seen(Box::new(Seen::new(time, known.known.row_of(&key::text(group))))),
        };
        let matters = match known.kind {
            Type::NewValue => None,
            _ => Some(known.timespan.unwrap_or_default().max(known.quiet)),
        };
        Self { latest: time, met: None, matters, what }
    }

    /// Forgets what was counted. What was learned stays, and so does that it was told.
    fn begin_anew(&mut self) {
        match &mut self.what {
            What::Window(window) => window.clear(),
            What::Chains(chains) => chains.clear(),
            What::Seen(_) => {}
        }
    }

    /// Goes on at an earlier time.
    fn set_back(&mut self, time: Nanoseconds) {
        self.begin_anew();
        self.latest = time;
        self.met = None;
    }

    /// Whether a group that is met is to be told, or was lately.
    fn tells(&mut self, known: &Correlation) -> bool {
        let quiet = self.met.is_some_and(|met| self.latest.saturating_sub(met) <= known.quiet);
        self.met = Some(self.latest);
        !quiet || known.quiet == 0
    }

    /// Adds an event; what the group has if it is met.
    fn add(
        &mut self,
        known: &Correlation,
        steps: &[usize],
        time: Nanoseconds,
        id: Option<u64>,
        value: &[u8],
    ) -> Option<Met> {
        let span = known.timespan.unwrap_or(i64::MAX);
        let now = self.latest;
        match &mut self.what {
            What::Window(window) => {
                if known.kind == Type::Temporal {
                    for step in steps {
                        window.add(time, Some(*step as u64), value, (now, span), known.at_least);
                    }
                } else {
                    window.add(time, id, value, (now, span), known.at_least);
                }
                let (first, last) = window.times()?;
                (window.len() >= known.at_least).then(|| Met {
                    count: window.len() as u64,
                    values: shown(known, window.samples()),
                    earlier: Vec::new(),
                    first,
                    last,
                })
            }
            What::Chains(chains) => {
                let mut done = None;
                for step in steps.iter().rev() {
                    done = chains.add(*step, time, span, value).or(done);
                }
                done.map(|chain| Met {
                    count: chains.steps() as u64,
                    values: shown(known, chain.samples.iter().map(|sample| &**sample)),
                    earlier: Vec::new(),
                    first: chain.start.min(time),
                    last: time,
                })
            }
            What::Seen(seen) => {
                let row = seen.row;
                let was_there = seen.has(id?);
                let novelty = seen.add(id?, time, known.timespan, known.learn);
                if was_there && novelty == Novelty::None {
                    return None;
                }
                let text = key::text(value);
                let earlier = seen.note(&text);
                if novelty == Novelty::None || known.known.has(row, &text) {
                    return None;
                }
                Some(Met { count: seen.len() as u64, values: vec![text], earlier, first: time, last: time })
            }
        }
    }
}

/// The newest values, as texts. What is there more than once is shown once.
fn shown<'s>(known: &Correlation, samples: impl DoubleEndedIterator<Item = &'s [u8]>) -> Vec<String> {
    if known.field.is_empty() {
        return Vec::new();
    }
    let mut values: Vec<String> = Vec::new();
    for sample in samples.rev() {
        let text = key::text(sample);
        if values.len() < Detection::SAMPLES && !values.contains(&text) {
            values.push(text);
        }
    }
    values.reverse();
    values
}
