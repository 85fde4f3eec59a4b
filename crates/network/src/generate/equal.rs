//! Whether two sets of policies let the same through.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Endpoint};
use crate::engine::{Connections, ConnectionsId, Engine};
use crate::lowered::Lowered;
use crate::reach::Stretch;
use crate::rule::{Proxy, Rule};
use crate::verdict::{Limit, Verdict};

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
type Outline = Vec<(Stretch, Verdict, Vec<Vec<String>>)>;

fn outline(engine: &Engine<'_>, lowered: &Lowered, connections: Option<ConnectionsId>) -> Option<Outline> {
    Some(outline_of(&lowered.rules, &engine.get(connections?)))
}

/// The same for connections that were judged by themselves.
pub(super) fn outline_of(rules: &[Rule], connections: &Connections) -> Outline {
    let mut outline: Outline = Vec::new();
    for part in connections.parts() {
        let (verdict, asked) = (plain(&part.verdict), asked(rules, &part.verdict));
        match outline.last_mut() {
            Some((last, known, known_asked))
                if last.touches(part.traffic) && (&*known, &*known_asked) == (&verdict, &asked) =>
            {
                last.last = part.traffic.last;
            }
            _ => outline.push((part.traffic, verdict, asked)),
        }
    }
    outline
}

/// What proxies let pass, each by the rules of all who ask them: one of these is enough.
fn asked(rules: &[Rule], verdict: &Verdict) -> Vec<Vec<String>> {
    let of = |limit: &Limit| {
        let (Limit::Http(list) | Limit::Dns(list)) = limit else { return Vec::new() };
        let proxies = list.iter().filter_map(|&at| rules.get(at as usize)).map(|rule| rule.proxy.as_deref());
        let mut texts: Vec<String> = proxies
            .flat_map(|proxy| match proxy {
                Some(Proxy::Http(http)) if !http.is_everything() => {
                    http.rules().iter().map(|rule| format!("{rule:?}")).collect()
                }
                Some(Proxy::Dns(dns)) if !dns.is_everything() => {
                    dns.patterns().iter().map(|pattern| format!("{pattern:?}")).collect()
                }
                Some(_) | None => vec![String::new()],
            })
            .collect();
        texts.sort();
        texts.dedup();
        // What lets everything pass stands first.
        if texts.first().is_some_and(String::is_empty) {
            texts.truncate(1);
        }
        texts
    };
    let mut all: Vec<Vec<String>> = verdict.limits().iter().map(of).collect();
    all.sort();
    all.dedup();
    all
}

/// A verdict without the numbers of rules.
fn plain(verdict: &Verdict) -> Verdict {
    match verdict {
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
    }
}

/// Whether two verdicts of one list of rules let the same through.
pub(super) fn is_same(rules: &[Rule], one: &Verdict, other: &Verdict) -> bool {
    one == other || (plain(one) == plain(other) && asked(rules, one) == asked(rules, other))
}
