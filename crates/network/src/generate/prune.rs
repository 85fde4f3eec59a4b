//! Rules that change nothing are left out, and the engine shows that they change nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use ironsides_tree::{Text, parse_one};
use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Endpoint};
use crate::decide::{Candidate, candidate};
use crate::engine::{Connections, ConnectionsId, Engine};
use crate::generate::build::Built;
use crate::generate::draft::{Draft, DraftRule};
use crate::generate::{Enforcer, PolicyKind, print};
use crate::kinds::Policies;
use crate::lowered::Lowered;
use crate::matcher::{Match, Matcher};
use crate::place::PolicyName;
use crate::port::named;
use crate::reach::Stretch;
use crate::rule::{Action, Direction, Origin, Rule};
use crate::verdict::{Limit, Verdict};
use crate::view::View;

/// What was left out of the policies because it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// What: `shop/cart: ingress from frontend on TCP 8080`.
    pub what: String,
    /// What allows, or denies, it already.
    pub why: String,
}

/// The numbers of documents from here on are those of drafts: nobody reads so many files.
const FIRST: u32 = 1 << 30;

/// The kind and name of a draft's policy.
pub(super) fn name_of(draft: &Draft, kind: PolicyKind) -> PolicyName {
    let kind = match kind {
        PolicyKind::NetworkPolicy => "NetworkPolicy",
        PolicyKind::Cilium => "CiliumNetworkPolicy",
    };
    PolicyName {
        kind: Text::new_static(kind),
        namespace: Some(draft.namespace.clone()),
        name: draft.name.clone(),
    }
}

/// Policies with others that are read out of texts. The documents of the texts are numbered from [`FIRST`].
pub(super) fn with_texts<'a>(existing: &Policies, texts: impl Iterator<Item = &'a str>) -> Policies {
    let mut policies = existing.clone();
    for (number, text) in (FIRST..).zip(texts) {
        if let Ok(root) = parse_one(text) {
            policies.read(number, &root);
        }
    }
    policies
}

/// Leaves out what changes nothing beside the policies that stay.
pub(super) fn prune(
    built: &mut Built,
    cluster: &Cluster,
    existing: &Policies,
    kind: PolicyKind,
    enforcer: Enforcer,
) -> Vec<Left> {
    let mut left = closed_already(&mut built.drafts, existing);
    let split: Vec<Draft> = built.drafts.iter().map(split).collect();
    let texts: Vec<String> = split.iter().map(|draft| print::policy(draft, kind)).collect();
    let lowered = enforcer.lower(cluster, &with_texts(existing, texts.iter().map(String::as_str)));
    let mut search = Search::new(&lowered);
    let mut dropped: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (at, draft) in split.iter().enumerate() {
        for (number, rule) in draft.rules.iter().enumerate() {
            let own = search.of(at, draft, number, kind);
            if let Some(by) = search.is_covered(&own) {
                left.push(Left { what: told(draft, rule), why: by });
                search.drop(&own);
                dropped.insert((at, number));
            }
        }
    }
    let pruned = merge(&built.drafts, &dropped);
    let texts: Vec<String> = pruned.iter().map(|draft| print::policy(draft, kind)).collect();
    let after = enforcer.lower(cluster, &with_texts(existing, texts.iter().map(String::as_str)));
    if dropped.is_empty() || are_equal(&lowered, &after, cluster) {
        built.drafts = pruned;
    } else {
        // What each end says alone was the same, and both together were not: then nothing is left out.
        left.retain(|left| left.what.ends_with("default-deny"));
    }
    built.drafts.retain(|draft| !draft.rules.is_empty() || draft.directions.len() == Direction::ALL.len());
    left.sort();
    left
}

/// A default deny that is there already needs no other.
fn closed_already(drafts: &mut Vec<Draft>, existing: &Policies) -> Vec<Left> {
    let closes = |namespace: &Text| {
        existing.network.iter().find(|policy| {
            policy.name.namespace.as_ref() == Some(namespace)
                && policy.pod_selector.is_everything()
                && policy.refused.is_empty()
                && Direction::ALL.into_iter().all(|direction| policy.isolates(direction))
        })
    };
    let mut left = Vec::new();
    drafts.retain(|draft| {
        let is_default = draft.rules.is_empty() && draft.subject.is_empty();
        match is_default.then(|| closes(&draft.namespace)).flatten() {
            Some(policy) => {
                left.push(Left {
                    what: format!("{}: default-deny", draft.namespace),
                    why: format!("{} closes the namespace already", policy.name),
                });
                false
            }
            None => true,
        }
    });
    left
}

/// The same policy with one peer a rule.
fn split(draft: &Draft) -> Draft {
    let rules = draft.rules.iter().flat_map(|rule| {
        rule.peers.iter().map(|peer| DraftRule { peers: vec![peer.clone()], ..rule.clone() })
    });
    Draft { rules: rules.collect(), ..draft.clone() }
}

/// The policies without the peers that were dropped, counted as [`split`] has them.
fn merge(drafts: &[Draft], dropped: &BTreeSet<(usize, usize)>) -> Vec<Draft> {
    let mut merged = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let mut draft = draft.clone();
        let mut number = 0..;
        for rule in &mut draft.rules {
            rule.peers.retain(|_| number.next().is_some_and(|number| !dropped.contains(&(at, number))));
        }
        draft.rules.retain(|rule| !rule.peers.is_empty());
        merged.push(draft);
    }
    // A policy without rules left allows nothing; its default deny is another's.
    let is_default =
        |draft: &Draft| draft.subject.is_empty() && draft.directions.len() == Direction::ALL.len();
    merged.retain(|draft| !draft.rules.is_empty() || is_default(draft));
    merged
}

fn told(draft: &Draft, rule: &DraftRule) -> String {
    let peers: Vec<&str> = rule.peers.iter().map(|peer| peer.why.as_str()).collect();
    format!("{}/{}: {} {}", draft.namespace, draft.name, rule.direction.field(), peers.join("; "))
}

/// How many rules [`print`] writes for one with a single peer.
fn printed(rule: &DraftRule, kind: PolicyKind) -> usize {
    let icmp = rule.ports.iter().any(|span| !span.protocol.has_ports());
    let ports = rule.ports.iter().any(|span| span.protocol.has_ports());
    match kind {
        PolicyKind::NetworkPolicy => 1,
        PolicyKind::Cilium => usize::from(icmp) + usize::from(ports || !icmp),
    }
}

/// Asks whether rules are covered by the others.
struct Search<'a> {
    lowered: &'a Lowered,
    /// The rules of a draft's direction, by draft and place.
    places: FxHashMap<(u32, Direction, usize), Vec<u32>>,
    /// Whom each selector of subjects takes.
    subjects: FxHashMap<*const Matcher, Arc<[u32]>>,
    /// The rules that guard each view, by direction.
    guards: [Vec<Vec<u32>>; 2],
    dropped: BTreeSet<u32>,
}

impl<'a> Search<'a> {
    fn new(lowered: &'a Lowered) -> Self {
        let mut search = Self {
            lowered,
            places: FxHashMap::default(),
            subjects: FxHashMap::default(),
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
        Arc::clone(self.subjects.entry(Arc::as_ptr(matcher)).or_insert_with(find))
    }

    /// The rules that were made of one of a draft.
    fn of(&self, draft_at: usize, draft: &Draft, number: usize, kind: PolicyKind) -> Vec<u32> {
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

    fn drop(&mut self, own: &[u32]) {
        self.dropped.extend(own);
    }

    /// What covers rules, if without them every verdict at the end that they guard is what it is with them.
    fn is_covered(&mut self, own: &[u32]) -> Option<String> {
        let lowered = self.lowered;
        let mut by: BTreeSet<&PolicyName> = BTreeSet::new();
        let mut any = false;
        for &at in own {
            let rule: &Rule = lowered.rules.get(at as usize)?;
            let (subjects, peers) = (self.views(&rule.subject), self.views(&rule.peers));
            for &subject in subjects.iter() {
                let guards = self.guards[rule.direction as usize].get(subject as usize)?;
                let guards: Vec<u32> =
                    guards.iter().copied().filter(|guard| !self.dropped.contains(guard)).collect();
                let kept: Vec<u32> = guards.iter().copied().filter(|guard| !own.contains(guard)).collect();
                let subject = lowered.views.get(subject as usize)?;
                for &peer in peers.iter() {
                    any = true;
                    let peer = lowered.views.get(peer as usize)?;
                    let with = self.says(&guards, rule.direction, subject, peer);
                    let without = self.says(&kept, rule.direction, subject, peer);
                    if with != without {
                        return None;
                    }
                    by.extend(self.allowing(&kept, peer));
                }
            }
        }
        // A rule that takes nobody at all may be for pods that are still to come.
        if !any {
            return None;
        }
        let names: Vec<String> = by.into_iter().map(ToString::to_string).collect();
        Some(match names.as_slice() {
            [] => "the plug-in allows it by itself".to_owned(),
            names => format!("allowed already by {}", names.join(", ")),
        })
    }

    fn says(&self, rules: &[u32], direction: Direction, subject: &View, peer: &View) -> Connections {
        let between = |&at: &u32| candidate(at, self.lowered.rules.get(at as usize)?, subject, peer);
        let candidates: Vec<Candidate> = rules.iter().filter_map(between).collect();
        Connections::judged(&self.lowered.rules, &candidates, named(direction, subject, peer))
    }

    /// The policies among whose rules one allows something from a peer.
    fn allowing(&self, rules: &[u32], peer: &View) -> Vec<&'a PolicyName> {
        let rules = rules.iter().filter_map(|&at| self.lowered.rules.get(at as usize));
        rules
            .filter(|rule| rule.action == Action::Allow && rule.peers.matches(peer) != Match::No)
            .filter_map(|rule| match &rule.origin {
                Origin::Policy(at, _) => self.lowered.policies.get(*at as usize),
                _ => None,
            })
            .collect()
    }
}

/// The number in `spec.ingress[2]…`.
fn number_in(path: &str, direction: Direction) -> Option<usize> {
    let rest = path.split_once(direction.field())?.1.strip_prefix('[')?;
    rest.split_once(']')?.0.parse().ok()
}

/// Whether all pairs may connect in both as they may in the other.
pub(super) fn are_equal(before: &Lowered, after: &Lowered, cluster: &Cluster) -> bool {
    let (old, new) = (Engine::new(before), Engine::new(after));
    let ends = representatives(&old, &new, cluster);
    // Many pairs have the same connections: they are compared once.
    let mut known: FxHashMap<_, bool> = FxHashMap::default();
    ends.iter().all(|&from| {
        ends.iter().all(|&to| {
            let ids = (old.connections_id(from, to), new.connections_id(from, to));
            let compare = || outline(&old, before, ids.0) == outline(&new, after, ids.1);
            *known.entry(ids).or_insert_with(compare)
        })
    })
}

/// One endpoint of each kind that either engine tells apart.
pub(super) fn representatives(old: &Engine<'_>, new: &Engine<'_>, cluster: &Cluster) -> Vec<Endpoint> {
    let pods = (0..).zip(&cluster.pods).map(|(at, _)| Endpoint::Pod(at));
    let nodes = (0..).zip(&cluster.nodes).map(|(at, _)| Endpoint::Node(at));
    let starts = old.lowered().outside.iter().chain(&new.lowered().outside);
    let outside = starts.map(|&((first, _), _)| Endpoint::Address(first));
    let mut known = BTreeSet::new();
    pods.chain(nodes)
        .chain(outside)
        .filter(|&end| known.insert((old.class_of(end), new.class_of(end), old.lowered().node(end))))
        .collect()
}

/// What connections let through, in terms that do not depend on the numbers of rules.
fn outline(
    engine: &Engine<'_>,
    lowered: &Lowered,
    connections: Option<ConnectionsId>,
) -> Option<Vec<(Stretch, Verdict, Vec<String>)>> {
    let proxies = |verdict: &Verdict| -> Vec<String> {
        let rules = verdict.limits().iter().flat_map(|limit| match limit {
            Limit::Http(rules) | Limit::Dns(rules) => rules.clone(),
            Limit::Authentication(_) => Vec::new(),
        });
        let mut texts: Vec<String> = rules
            .filter_map(|at| lowered.rules.get(at as usize))
            .map(|rule| format!("{:?}", rule.proxy))
            .collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let plain = |verdict: &Verdict| match verdict {
        Verdict::Limited(limits) => Verdict::limited(
            limits
                .iter()
                .map(|limit| match limit {
                    Limit::Http(_) => Limit::Http(Vec::new()),
                    Limit::Dns(_) => Limit::Dns(Vec::new()),
                    Limit::Authentication(authentication) => Limit::Authentication(*authentication),
                })
                .collect(),
        ),
        // Blocks of one rule are named together, those of several apart.
        Verdict::Depends(conditions) => {
            let names_blocks = |condition: &&Arc<str>| condition.starts_with("its address is in ");
            let others = conditions.iter().filter(|condition| !names_blocks(condition));
            Verdict::Depends(others.cloned().collect())
        }
        other => other.clone(),
    };
    let connections = engine.get(connections?);
    let parts = connections.parts().iter();
    Some(parts.map(|part| (part.traffic, plain(&part.verdict), proxies(&part.verdict))).collect())
}
