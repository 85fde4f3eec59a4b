//! Whether rules are covered by others, and by which.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::decide::{Candidate, Decision, candidate, judge};
use crate::engine::Connections;
use crate::generate::draft::Draft;
use crate::generate::prune::{FIRST, printed};
use crate::generate::{PolicyKind, equal};
use crate::lowered::Lowered;
use crate::matcher::{Match, Matcher};
use crate::port::{Protocol, Traffic, named};
use crate::rule::{Action, Direction, Origin, Rule};
use crate::verdict::Verdict;
use crate::view::View;

/// Asks whether rules are covered by the others.
pub(super) struct Search<'a> {
    lowered: &'a Lowered,
    /// The rules of a draft's direction, by draft and place.
    places: FxHashMap<(u32, Direction, usize), Vec<u32>>,
    /// Whom each selector takes.
    taken: FxHashMap<*const Matcher, Arc<[u32]>>,
    /// The rules that guard each view, by direction.
    guards: [Vec<Vec<u32>>; 2],
    dropped: BTreeSet<u32>,
}

impl<'a> Search<'a> {
    pub(super) fn new(lowered: &'a Lowered) -> Self {
        let mut search = Self {
            lowered,
            places: FxHashMap::default(),
            taken: FxHashMap::default(),
            guards: [vec![Vec::new(); lowered.views.len()], vec![Vec::new(); lowered.views.len()]],
            dropped: BTreeSet::new(),
        };
        for (at, rule) in (0..).zip(&lowered.rules) {
            if let Origin::Policy(_, place) = &rule.origin
                && place.document >= FIRST
                && let Some(number) = number_in(&place.path, rule.direction)
            {
                search.places.entry((place.document, rule.direction, number)).or_default().push(at);
            }
            let views = search.views(&rule.subject);
            for &view in views.iter() {
                if let Some(guards) = search.guards[rule.direction as usize].get_mut(view as usize) {
                    guards.push(at);
                }
            }
        }
        search
    }

    fn views(&mut self, matcher: &Arc<Matcher>) -> Arc<[u32]> {
        let lowered = self.lowered;
        let find = || {
            let takes = |view: &View| matcher.matches(view) != Match::No;
            (0..).zip(&lowered.views).filter(|(_, view)| takes(view)).map(|(at, _)| at).collect()
        };
        Arc::clone(self.taken.entry(Arc::as_ptr(matcher)).or_insert_with(find))
    }

    /// The rules that were made of one of a draft.
    pub(super) fn of(&self, draft_at: usize, draft: &Draft, number: usize, kind: PolicyKind) -> Vec<u32> {
        let Some(rule) = draft.rules.get(number) else { return Vec::new() };
        let before = draft.rules.iter().take(number).filter(|other| other.direction == rule.direction);
        let first: usize = before.map(|rule| printed(rule, kind)).sum();
        let document = FIRST.saturating_add(u32::try_from(draft_at).unwrap_or(u32::MAX));
        (first..first + printed(rule, kind))
            .filter_map(|number| self.places.get(&(document, rule.direction, number)))
            .flatten()
            .copied()
            .collect()
    }

    /// Takes back what was left out, but for these.
    pub(super) fn keep_all_but<'b>(&mut self, rules: impl Iterator<Item = &'b u32>) {
        self.dropped = rules.copied().collect();
    }

    pub(super) fn drop(&mut self, own: &[u32]) {
        self.dropped.extend(own);
    }

    /// Whether rules are covered: without them every verdict at the end that they guard is what it is with them. What takes
    /// nobody who is known is covered by a rule that says the same.
    pub(super) fn is_covered(&mut self, own: &[u32]) -> bool {
        let lowered = self.lowered;
        !own.is_empty()
            && own.iter().all(|&at| {
                let Some(rule) = lowered.rules.get(at as usize) else { return false };
                let (subjects, peers) = (self.views(&rule.subject), self.views(&rule.peers));
                if subjects.is_empty() || peers.is_empty() {
                    return !self.saying_the_same(own, rule).is_empty();
                }
                subjects.iter().all(|&subject| {
                    let kept = self.kept(own, rule.direction, subject);
                    let Some(subject) = lowered.views.get(subject as usize) else { return false };
                    peers.iter().all(|&peer| {
                        lowered
                            .views
                            .get(peer as usize)
                            .is_some_and(|peer| self.is_same(own, &kept, rule, subject, peer))
                    })
                })
            })
    }

    /// The rules that guard a view, without those that were left out and without some.
    fn kept(&self, own: &[u32], direction: Direction, subject: u32) -> Vec<u32> {
        let guards = self.guards[direction as usize].get(subject as usize);
        let guards = guards.into_iter().flatten().copied();
        guards.filter(|guard| !self.dropped.contains(guard) && !own.contains(guard)).collect()
    }

    /// Whether verdicts between two ends are the same with rules and without.
    fn is_same(&self, own: &[u32], kept: &[u32], rule: &Rule, subject: &View, peer: &View) -> bool {
        let without = self.candidates(kept, subject, peer);
        let mut with = without.clone();
        with.extend(self.candidates(own, subject, peer));
        with.sort_by_key(|candidate| candidate.rule);
        let (rules, named) = (&self.lowered.rules, named(rule.direction, subject, peer));
        // Nearly all rules are needed, and one kind of traffic shows it.
        let differs = |traffic| {
            let with = judge(rules, &with, named, traffic).verdict;
            !equal::is_same(rules, &with, &judge(rules, &without, named, traffic).verdict)
        };
        if samples(rule, subject, peer).into_iter().any(differs) {
            return false;
        }
        let (with, without) =
            (Connections::judged(rules, &with, named), Connections::judged(rules, &without, named));
        with == without || equal::outline_of(rules, &with) == equal::outline_of(rules, &without)
    }

    fn candidates(&self, rules: &[u32], subject: &View, peer: &View) -> Vec<Candidate> {
        let between = |&at: &u32| candidate(at, self.lowered.rules.get(at as usize)?, subject, peer);
        rules.iter().filter_map(between).collect()
    }

    /// Whether nothing between two rules can decide before the other: plug-ins with an order give each policy a rank.
    fn is_asked_alike(&self, rule: &Rule, other: &Rule) -> bool {
        let between = |one: &&Rule| {
            one.direction == rule.direction
                && rule.rank < one.rank
                && one.rank < other.rank
                && one.action != Action::Allow
        };
        other.rank <= rule.rank || !self.lowered.rules.iter().any(|one| between(&one))
    }

    /// The rules that take whom a rule takes, and at least its traffic, whoever these are.
    fn saying_the_same(&self, own: &[u32], rule: &Rule) -> Vec<u32> {
        let takes = |other: &Matcher, one: &Matcher| one.0.iter().all(|part| other.0.contains(part));
        let ports = |other: &Rule| match (&other.ports, &rule.ports) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(other), Some(ports)) => ports.iter().all(|port| other.contains(port)),
        };
        let same = |other: &Rule| {
            (other.direction, other.action) == (rule.direction, Action::Allow)
                && self.is_asked_alike(rule, other)
                && takes(&other.subject, &rule.subject)
                && takes(&other.peers, &rule.peers)
                && ports(other)
                && other.proxy == rule.proxy
                && other.authentication == rule.authentication
        };
        let others = (0..).zip(&self.lowered.rules);
        let others = others.filter(|(at, _)| !self.dropped.contains(at) && !own.contains(at));
        others.filter(|(_, other)| same(other)).map(|(at, _)| at).collect()
    }

    /// What decides in the place of rules that were left out, in words.
    pub(super) fn because(&mut self, own: &[u32]) -> String {
        let lowered = self.lowered;
        let mut reasons = Reasons::default();
        for rule in own.iter().filter_map(|&at| lowered.rules.get(at as usize)) {
            let (subjects, peers) = (self.views(&rule.subject), self.views(&rule.peers));
            if subjects.is_empty() || peers.is_empty() {
                let rules = self.saying_the_same(own, rule);
                reasons.add(lowered, &Decision { verdict: Verdict::Allow, rules });
                continue;
            }
            for &subject in subjects.iter() {
                let kept = self.kept(own, rule.direction, subject);
                let Some(subject) = lowered.views.get(subject as usize) else { continue };
                for peer in peers.iter().filter_map(|&peer| lowered.views.get(peer as usize)) {
                    let candidates = self.candidates(&kept, subject, peer);
                    for traffic in samples(rule, subject, peer) {
                        let named = named(rule.direction, subject, peer);
                        reasons.add(lowered, &judge(&lowered.rules, &candidates, named, traffic));
                    }
                }
            }
        }
        reasons.told()
    }
}

/// Who decides in the place of a rule, by what they do.
#[derive(Default)]
struct Reasons {
    allowed: BTreeSet<String>,
    denied: BTreeSet<String>,
    open: bool,
    plugin: bool,
    shut: bool,
}

impl Reasons {
    fn add(&mut self, lowered: &Lowered, decision: &Decision) {
        let name = |at: &u32| lowered.policies.get(*at as usize).map(ToString::to_string).unwrap_or_default();
        let rules = decision.rules.iter().filter_map(|&at| lowered.rules.get(at as usize));
        self.open |= decision.rules.is_empty();
        for rule in rules {
            match &rule.origin {
                Origin::Policy(at, _) if rule.action == Action::Allow => _ = self.allowed.insert(name(at)),
                Origin::Policy(at, _) => _ = self.denied.insert(name(at)),
                Origin::Default(by) => self.denied.extend(by.iter().map(name)),
                Origin::Plugin(_) if decision.verdict == Verdict::Deny => self.shut = true,
                Origin::Plugin(_) => self.plugin = true,
            }
        }
    }

    fn told(self) -> String {
        let joined = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        if !self.allowed.is_empty() {
            parts.push(format!("allowed already by {}", joined(self.allowed)));
        }
        if !self.denied.is_empty() {
            parts.push(format!("denied all the same by {}", joined(self.denied)));
        }
        if self.plugin {
            parts.push("the plug-in lets it through by itself".to_owned());
        }
        if self.shut {
            parts.push("the plug-in denies it by itself".to_owned());
        }
        if self.open {
            parts.push("no policy guards this end of it".to_owned());
        }
        parts.join("; ")
    }
}

/// The first of each stretch of traffic that a rule takes.
fn samples(rule: &Rule, subject: &View, peer: &View) -> Vec<Traffic> {
    let Some(ports) = &rule.ports else {
        return [Protocol::Tcp, Protocol::Udp, Protocol::Sctp]
            .map(|protocol| Traffic { protocol, port: 1 })
            .into();
    };
    let named = named(rule.direction, subject, peer);
    let ranges = ports.iter().flat_map(|port| port.ranges(named));
    ranges.map(|(protocol, first, _)| Traffic { protocol, port: first }).collect()
}

/// The number in `spec.ingress[2]…`.
fn number_in(path: &str, direction: Direction) -> Option<usize> {
    let rest = path.split_once(direction.field())?.1.strip_prefix('[')?;
    rest.split_once(']')?.0.parse().ok()
}
