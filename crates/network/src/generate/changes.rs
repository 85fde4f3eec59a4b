//! What becomes possible and what becomes impossible from one set of policies to another.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Endpoint};
use crate::engine::{ConnectionsId, Engine};
use crate::generate::equal::representatives;
use crate::generate::group::Group;
use crate::reach::Stretch;
use crate::verdict::Verdict;

/// Traffic whose verdict changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denied {
    /// Whose it is: workloads by name (`shop/cart`), then `nodes` and `outside`.
    pub from: Vec<String>,
    /// To whom.
    pub to: String,
    /// Which.
    pub traffic: Vec<Stretch>,
    /// How many pairs of a sender and a receiver: every pod counts, all nodes as one, and all that is outside as one.
    pub pairs: u64,
}

/// Who may be concerned: workloads, nodes, what is outside.
pub(super) struct Changes {
    /// By name, each with the endpoints of it that either engine tells apart, and how many pods these stand for.
    ends: Vec<(String, Vec<(Endpoint, u64)>)>,
}

/// The same traffic for many pairs, kept once.
#[derive(Default)]
struct Losses {
    known: FxHashMap<Vec<Stretch>, usize>,
    all: Vec<Vec<Stretch>>,
    by_ids: FxHashMap<(ConnectionsId, ConnectionsId), usize>,
}

impl Losses {
    fn number(&mut self, lost: Vec<Stretch>) -> usize {
        if let Some(&number) = self.known.get(&lost) {
            return number;
        }
        self.all.push(lost.clone());
        self.known.insert(lost, self.all.len() - 1);
        self.all.len() - 1
    }

    /// The traffic that one engine lets through from one end to another and the other does not.
    fn between(
        &mut self,
        open: &Engine<'_>,
        closed: &Engine<'_>,
        from: Endpoint,
        to: Endpoint,
    ) -> Option<usize> {
        let ids = (open.connections_id(from, to)?, closed.connections_id(from, to)?);
        if let Some(&number) = self.by_ids.get(&ids) {
            return Some(number);
        }
        let (was, is) = (open.get(ids.0), closed.get(ids.1));
        let lost =
            overlap(&was.with(Verdict::lets_some_through), &is.with(|verdict| *verdict == Verdict::Deny));
        let number = self.number(lost);
        self.by_ids.insert(ids, number);
        Some(number)
    }
}

impl Changes {
    pub(super) fn new(old: &Engine<'_>, new: &Engine<'_>, cluster: &Cluster, groups: &[Group]) -> Self {
        let mut ends: BTreeMap<String, BTreeMap<_, (Endpoint, u64)>> = BTreeMap::new();
        for group in groups {
            let own = ends.entry(group.full_name()).or_default();
            for &pod in &group.pods {
                let end = Endpoint::Pod(pod);
                let replicas = cluster.pods.get(pod as usize).map_or(1, |pod| pod.replicas.max(1));
                own.entry((old.class_of(end), new.class_of(end))).or_insert((end, 0)).1 +=
                    u64::from(replicas);
            }
        }
        let mut ends: Vec<(String, Vec<(Endpoint, u64)>)> =
            ends.into_iter().map(|(name, own)| (name, own.into_values().collect())).collect();
        let all = representatives(old, new, cluster);
        let kind = |is: fn(&Endpoint) -> bool| all.iter().copied().filter(is).map(|end| (end, 1)).collect();
        let (nodes, outside): (Vec<_>, Vec<_>) =
            (kind(|end| matches!(end, Endpoint::Node(_))), kind(|end| matches!(end, Endpoint::Address(_))));
        ends.push(("nodes".to_owned(), nodes));
        ends.push(("outside".to_owned(), outside));
        Self { ends }
    }

    /// What is possible in one and not in the other.
    pub(super) fn between(&self, open: &Engine<'_>, closed: &Engine<'_>) -> Vec<Denied> {
        let outer = |end: Endpoint| !matches!(end, Endpoint::Pod(_));
        let mut losses = Losses::default();
        let nothing = losses.number(Vec::new());
        let mut found = Vec::new();
        for (to_name, tos) in &self.ends {
            // Senders that lose the same to the same receiver stand together.
            let mut by_loss: BTreeMap<usize, (Vec<&String>, u64)> = BTreeMap::new();
            for (from_name, froms) in &self.ends {
                let (mut lost, mut pairs) = (nothing, 0);
                for &(from, senders) in froms {
                    for &(to, receivers) in tos {
                        if (from == to && senders == 1) || (outer(from) && outer(to)) {
                            continue;
                        }
                        let Some(number) = losses.between(open, closed, from, to) else { continue };
                        if number == nothing {
                            continue;
                        }
                        if lost != nothing && lost != number {
                            let empty = Vec::new();
                            let one = losses.all.get(lost).unwrap_or(&empty);
                            let both = join(one, losses.all.get(number).unwrap_or(&empty));
                            lost = losses.number(both);
                        } else {
                            lost = number;
                        }
                        let others = if from == to { receivers.saturating_sub(1) } else { receivers };
                        // However many stretches the outside has, and however many nodes there are: they count once.
                        pairs = if outer(from) || outer(to) {
                            pairs.max(senders * others)
                        } else {
                            pairs + senders * others
                        };
                    }
                }
                if lost != nothing {
                    let known = by_loss.entry(lost).or_default();
                    known.0.push(from_name);
                    known.1 += pairs;
                }
            }
            found.extend(by_loss.into_iter().map(|(lost, (from, pairs))| Denied {
                from: from.into_iter().cloned().collect(),
                to: to_name.clone(),
                traffic: losses.all.get(lost).cloned().unwrap_or_default(),
                pairs,
            }));
        }
        found.sort_by(|a, b| (&a.to, &a.traffic, &a.from).cmp(&(&b.to, &b.traffic, &b.from)));
        found
    }
}

/// The traffic that is in both; both are sorted.
fn overlap(a: &[Stretch], b: &[Stretch]) -> Vec<Stretch> {
    let mut both = Vec::new();
    for &one in a {
        for &other in b.iter().filter(|other| other.protocol == one.protocol) {
            let (first, last) = (one.first.max(other.first), one.last.min(other.last));
            if first <= last {
                both.push(Stretch { first, last, ..one });
            }
        }
    }
    join(&both, &[])
}

/// The traffic that is in one of them, with what touches put together.
fn join(a: &[Stretch], b: &[Stretch]) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::new();
    for next in all {
        match joined.last_mut() {
            Some(last)
                if last.protocol == next.protocol && (next.first <= last.last || last.touches(next)) =>
            {
                last.last = last.last.max(next.last);
            }
            _ => joined.push(next),
        }
    }
    joined
}
