//! What is between two states: who can reach whom with what before and after, and which policies make the difference.

mod cause;
mod delta;
mod exposed;
mod somebody;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Endpoint};
use crate::engine::{ConnectionsId, Engine};
use crate::place::PolicyName;
use crate::reach::Stretch;

pub use delta::Delta;
pub use exposed::{Exposed, exposed};
pub use somebody::Somebody;
pub(crate) use somebody::joined;
use somebody::{Twin, twins};

/// A cluster under one plug-in, with everything that can talk.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What can talk.
    pub cluster: &'a Cluster,
    /// All pairs of it.
    pub engine: &'a Engine<'a>,
}

/// What is between two states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What changes between those who are in both, by sender and receiver.
    pub changes: Vec<Changed>,
    /// Who is in the old state alone.
    pub gone: Vec<Somebody>,
    /// Who is in the new state alone.
    pub new: Vec<Somebody>,
}

/// Connections that change alike: from each of these to each of those.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Changed {
    /// The senders.
    pub from: BTreeSet<Somebody>,
    /// The receivers.
    pub to: BTreeSet<Somebody>,
    /// What changes.
    pub delta: Delta,
    /// The policies whose rules decide before or after where something changes, and are not the same in both states. None
    /// where something else has changed: labels, addresses, ports.
    pub policies: Vec<PolicyName>,
}

impl Changed {
    /// How many pairs change so.
    pub fn pairs(&self) -> usize {
        self.from.len().saturating_mul(self.to.len())
    }
}

impl Diff {
    /// Whether something goes through, or may, that did not.
    pub fn opens(&self) -> bool {
        self.changes.iter().any(|change| !change.delta.opened.is_empty())
    }

    /// Whether something does not go through, or may not, that did.
    pub fn closes(&self) -> bool {
        self.changes.iter().any(|change| !change.delta.closed.is_empty())
    }

    /// Compares two states. `altered` are the policies that are not the same in both: only they are given as causes.
    pub fn between(old: Side<'_>, new: Side<'_>, altered: &BTreeSet<PolicyName>) -> Self {
        Self::among(old, new, altered, |_, _| true)
    }

    /// Compares two states for the pairs of sender and receiver that are wanted, by their places in the old cluster.
    pub fn among(
        old: Side<'_>,
        new: Side<'_>,
        altered: &BTreeSet<PolicyName>,
        wanted: impl Fn(Endpoint, Endpoint) -> bool,
    ) -> Self {
        let (twins, gone, added) = twins(old, new);
        let groups = groups(&twins, old, new);
        let mut known: FxHashMap<(ConnectionsId, ConnectionsId), Option<Delta>> = FxHashMap::default();
        let mut found: BTreeMap<(Delta, Vec<PolicyName>, usize), BTreeSet<usize>> = BTreeMap::new();
        for (sender, from) in groups.iter().enumerate() {
            for (receiver, to) in groups.iter().enumerate() {
                let (Some(from), Some(to)) = (from.first(), to.first()) else { continue };
                // What is outside talks to itself elsewhere.
                if from.is_outside() && to.is_outside() || !wanted(from.old, to.old) {
                    continue;
                }
                let before = old.engine.connections_id(from.old, to.old);
                let after = new.engine.connections_id(from.new, to.new);
                let (Some(before), Some(after)) = (before, after) else { continue };
                let delta =
                    known.entry((before, after)).or_insert_with(|| Delta::of(old, before, new, after));
                let Some(delta) = delta else { continue };
                let policies = cause::policies(old, new, from, to, delta, altered);
                found.entry((delta.clone(), policies, receiver)).or_default().insert(sender);
            }
        }
        let mut changes = merged(found, &groups);
        changes.sort();
        Self { changes, gone, new: added }
    }
}

/// Those who are alike before and alike after.
fn groups<'t>(twins: &'t [Twin], old: Side<'_>, new: Side<'_>) -> Vec<Vec<&'t Twin>> {
    let mut groups: BTreeMap<_, Vec<&Twin>> = BTreeMap::new();
    for twin in twins {
        let classes = (old.engine.class_of(twin.old), new.engine.class_of(twin.new));
        // Nodes are seen otherwise by pods on them, so each stands for itself.
        let node = matches!(twin.old, Endpoint::Node(_)).then_some(twin.old);
        groups.entry((classes, node)).or_default().push(twin);
    }
    groups.into_values().collect()
}

/// Joins senders that lose or gain the same to the same receivers.
fn merged(
    found: BTreeMap<(Delta, Vec<PolicyName>, usize), BTreeSet<usize>>,
    groups: &[Vec<&Twin>],
) -> Vec<Changed> {
    let mut by_senders: BTreeMap<(Delta, Vec<PolicyName>, BTreeSet<usize>), BTreeSet<usize>> =
        BTreeMap::new();
    for ((delta, policies, receiver), senders) in found {
        by_senders.entry((delta, policies, senders)).or_default().insert(receiver);
    }
    let people = |places: &BTreeSet<usize>| -> BTreeSet<Somebody> {
        let twins = places.iter().filter_map(|&place| groups.get(place)).flatten();
        joined(twins.map(|twin| twin.who.clone()))
    };
    by_senders
        .into_iter()
        .map(|((delta, policies, senders), receivers)| Changed {
            from: people(&senders),
            to: people(&receivers),
            delta,
            policies,
        })
        .collect()
}

/// All stretches of a delta, of whatever kind.
fn stretches(delta: &Delta) -> impl Iterator<Item = &Stretch> {
    delta.opened.iter().chain(&delta.closed).chain(&delta.altered)
}
