//! Asking all conditions of an event, each comparison at most once.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;

use super::graph::{Graph, NodeId};
use super::program::{Program, Several, Step};
use crate::field::{Catalogue, EventType, FieldUse};
use crate::filter::FieldRef;
use crate::predicate::{Event, Source};
use crate::value::Value;

/// How many kinds of events have a program of their own. Events of any further kind share one.
const MAX_PROGRAMS: usize = 4096;

/// How often the order of comparisons is thought over, at most: every so many events of a kind.
const MAX_REVIEW: u64 = 1 << 20;

/// The values by which a kind of events is told.
type Kind = Vec<Option<Vec<u8>>>;

/// All conditions of a source.
#[derive(Debug)]
pub(super) struct Evaluator {
    graph: Arc<Graph>,
    roots: Vec<(usize, NodeId)>,
    /// From which number on roots are no rules: those are all asked, whatever comes first.
    rules: usize,
    /// The fields that are looked at: those that comparisons look at, and those by which events are told apart.
    fields: Vec<FieldUse>,
    /// By the number of its field, whose value of the event at hand was asked for, and its place among these.
    places: Vec<(u32, u32)>,
    /// The fields by which events are told apart first, by their numbers.
    kinds: Vec<u32>,
    /// The comparisons that look at those alone.
    decided: Vec<u32>,
    programs: Vec<Program>,
    by_kind: FxHashMap<u64, Vec<(Kind, usize)>>,
    by_type: Vec<Option<u32>>,
    /// The program for events of kinds that are too many.
    general: Option<usize>,
    /// What was found for the event at hand, by comparison and by node. What carries an older number is from another
    /// event.
    checks: Vec<(u32, bool)>,
    nodes: Vec<(u32, bool)>,
    now: u32,
    found: Vec<usize>,
}

impl Evaluator {
    pub(super) fn new(graph: Arc<Graph>, roots: Vec<(usize, NodeId)>, rules: usize, source: &str) -> Self {
        let names: &[(&str, Option<&str>)] = match source {
            "syscall" => &[("evt.type", None)],
            "k8s_audit" => &[
                ("jevt.value", Some("/stage")),
                ("ka.stage", None),
                ("ka.verb", None),
                ("ka.target.resource", None),
                ("ka.target.subresource", None),
            ],
            _ => &[],
        };
        let catalogue = Catalogue::of(source);
        let kind = |(name, argument): &(&str, Option<&str>)| {
            let argument = argument.map(Into::into);
            let named = FieldRef { name: (*name).into(), argument, span: ironsides_tree::Span::NONE };
            catalogue?.resolve(&named).ok()
        };
        let kinds: Vec<FieldUse> = names.iter().filter_map(kind).collect();
        let decides = |source: &Source| matches!(source, Source::Field(field) if kinds.contains(field));
        let mut fields = graph.compared_fields().to_vec();
        let mut number = |kind: &FieldUse| {
            let at = fields.iter().position(|field| field == kind).unwrap_or_else(|| {
                fields.push(kind.clone());
                fields.len() - 1
            });
            u32::try_from(at).unwrap_or(u32::MAX)
        };
        let kind_numbers = kinds.iter().map(&mut number).collect();
        let decided = graph
            .predicates()
            .iter()
            .zip(0..)
            .filter(|(predicate, _)| decides(&predicate.source) && predicate.fields().len() == 1);
        let decided = decided.map(|(_, at)| at).collect();
        let checks = vec![(0, false); graph.predicates().len()];
        Self {
            graph,
            roots,
            rules,
            places: vec![(0, 0); fields.len()],
            fields,
            kinds: kind_numbers,
            decided,
            programs: Vec::new(),
            by_kind: FxHashMap::default(),
            by_type: vec![None; EventType::count()],
            general: None,
            checks,
            nodes: Vec::new(),
            now: 0,
            found: Vec::new(),
        }
    }

    /// The numbers of the roots whose condition holds, in order; of rules the first only, if so asked.
    pub(super) fn matching<E: Event + ?Sized>(&mut self, event: &E, first: bool) -> &[usize] {
        self.found.clear();
        if self.roots.is_empty() {
            return &self.found;
        }
        self.next_event();
        let mut values = Values::new();
        let at = self.program(event, &mut values);
        let Some(program) = self.programs.get_mut(at) else { return &self.found };
        if self.nodes.len() < program.len() {
            self.nodes.resize(program.len(), (0, false));
        }
        program.events += 1;
        let learning = program.events <= 512 || program.events % 64 == 0;
        let mut run = Run {
            graph: &self.graph,
            checks: &mut self.checks,
            nodes: &mut self.nodes,
            fields: Extracted {
                fields: &self.fields,
                places: &mut self.places,
                values: &mut values,
                now: self.now,
            },
            now: self.now,
            learned: SmallVec::new(),
            learning,
        };
        for (number, root) in &program.roots {
            // Rules come first: what is found before one is a rule.
            if first && *number < self.rules && !self.found.is_empty() {
                continue;
            }
            if run.holds(program, *root, event) {
                self.found.push(*number);
            }
        }
        let learned = run.learned;
        for (number, held) in learned {
            let count = program.counts.entry(number).or_default();
            count.made = count.made.saturating_add(1);
            count.held = count.held.saturating_add(u32::from(held));
        }
        if program.events >= program.review {
            program.review = (program.review * 8).min(program.events + MAX_REVIEW);
            program.arrange(&self.graph);
        }
        &self.found
    }

    /// Forgets what was found for the last event.
    fn next_event(&mut self) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.places.fill((0, 0));
            self.checks.fill((0, false));
            self.nodes.fill((0, false));
            self.now = 1;
        }
    }

    /// The program for an event's kind.
    fn program<'e, E: Event + ?Sized>(&mut self, event: &'e E, values: &mut Values<'e>) -> usize {
        if self.kinds.is_empty() {
            return self.general();
        }
        let kind = event.event_type();
        if let Some(kind) = kind {
            if let Some(Some(at)) = self.by_type.get(kind.index()) {
                return *at as usize;
            }
            let at = self.add(event);
            if let (Some(place), Ok(at)) = (self.by_type.get_mut(kind.index()), u32::try_from(at)) {
                *place = Some(at);
            }
            return at;
        }
        let mut hasher = FxHasher::default();
        let mut extracted =
            Extracted { fields: &self.fields, places: &mut self.places, values, now: self.now };
        for field in &self.kinds {
            bytes(extracted.value(*field, event)).hash(&mut hasher);
        }
        let hash = hasher.finish();
        // The values by which events are told apart are the first that were asked for.
        let same = |key: &[Option<Vec<u8>>]| {
            key.iter().zip(values.iter()).all(|(key, value)| key.as_deref() == bytes(value.as_ref()))
        };
        if let Some(known) = self.by_kind.get(&hash)
            && let Some((_, at)) = known.iter().find(|(key, _)| same(key))
        {
            return *at;
        }
        if self.programs.len() >= MAX_PROGRAMS {
            return self.general();
        }
        let key = values.iter().map(|value| bytes(value.as_ref()).map(<[u8]>::to_vec)).collect();
        let at = self.add(event);
        self.by_kind.entry(hash).or_default().push((key, at));
        at
    }

    fn add<E: Event + ?Sized>(&mut self, event: &E) -> usize {
        let holds = |at: &u32| {
            let predicate = self.graph.predicates().get(*at as usize)?;
            Some((*at, predicate.holds(event)))
        };
        let known: FxHashMap<u32, bool> = self.decided.iter().filter_map(holds).collect();
        self.programs.push(Program::new(&self.graph, &self.roots, &known));
        self.programs.len() - 1
    }

    fn general(&mut self) -> usize {
        if let Some(at) = self.general {
            return at;
        }
        self.programs.push(Program::new(&self.graph, &self.roots, &FxHashMap::default()));
        let at = self.programs.len() - 1;
        self.general = Some(at);
        at
    }
}

/// What tells kinds apart.
fn bytes<'v>(value: Option<&'v Value<'_>>) -> Option<&'v [u8]> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// The values of an event's fields that were asked for, in this order.
type Values<'e> = SmallVec<[Option<Value<'e>>; 16]>;

/// The fields of the event at hand, each extracted once at most.
struct Extracted<'a, 'e> {
    fields: &'a [FieldUse],
    places: &'a mut [(u32, u32)],
    values: &'a mut Values<'e>,
    now: u32,
}

impl<'e> Extracted<'_, 'e> {
    /// The value of a field by its number.
    fn value<E: Event + ?Sized>(&mut self, field: u32, event: &'e E) -> Option<&Value<'e>> {
        let place = self.places.get_mut(field as usize)?;
        if place.0 != self.now {
            let value = event.value(self.fields.get(field as usize)?);
            *place = (self.now, u32::try_from(self.values.len()).ok()?);
            self.values.push(value);
        }
        self.values.get(place.1 as usize)?.as_ref()
    }
}

/// One event's way through a program.
struct Run<'a, 'e> {
    graph: &'a Graph,
    checks: &'a mut [(u32, bool)],
    nodes: &'a mut [(u32, bool)],
    fields: Extracted<'a, 'e>,
    now: u32,
    learned: SmallVec<[(u32, bool); 32]>,
    learning: bool,
}

impl<'e> Run<'_, 'e> {
    fn holds<E: Event + ?Sized>(&mut self, program: &Program, at: u32, event: &'e E) -> bool {
        match *program.step(at) {
            Step::Constant(value) => value,
            Step::Check(number) => self.check(number, event),
            Step::Not(part) => !self.holds(program, part, event),
            Step::Several(several) => {
                if !several.shared {
                    return self.several(program, several, event);
                }
                if let Some((stamp, value)) = self.nodes.get(at as usize)
                    && *stamp == self.now
                {
                    return *value;
                }
                let value = self.several(program, several, event);
                if let Some(place) = self.nodes.get_mut(at as usize) {
                    *place = (self.now, value);
                }
                value
            }
        }
    }

    /// Asks parts until one decides.
    fn several<E: Event + ?Sized>(&mut self, program: &Program, several: Several, event: &'e E) -> bool {
        let stop = several.stop;
        program.parts(several).iter().any(|part| self.holds(program, *part, event) == stop) == stop
    }

    fn check<E: Event + ?Sized>(&mut self, number: u32, event: &'e E) -> bool {
        let Some(place) = self.checks.get_mut(number as usize) else { return false };
        if place.0 == self.now {
            return place.1;
        }
        let Some(predicate) = self.graph.predicates().get(number as usize) else { return false };
        let value = match self.graph.compared(number) {
            Some(field) => {
                self.fields.value(field, event).is_some_and(|value| predicate.holds_of(value, event))
            }
            None => predicate.holds(event),
        };
        *place = (self.now, value);
        if self.learning {
            self.learned.push((number, value));
        }
        value
    }
}
