//! Who is open to more than before, whatever policies did not change: new workloads that nothing guards, and new ways in from
//! outside the cluster.

use std::collections::BTreeMap;

use ironsides_tree::Text;

use crate::cluster::Cluster;
use crate::diff::Somebody;
use crate::exposure::{Exposure, Guard, Way, exposures};
use crate::kinds::Policies;
use crate::profile::{Options, Profile};
use crate::verdict::Verdict;

/// A workload that is open to more than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The workload.
    pub who: Somebody,
    /// Whether it is in the new state alone.
    pub is_new: bool,
    /// Whether it is new and no policy guards its ingress: every pod may reach it.
    pub is_unprotected: bool,
    /// The ways in from outside the cluster that were not there or led nowhere before.
    pub ways: Vec<Way>,
}

impl Exposed {
    /// Whether it is open to more than private networks, or to every pod.
    pub fn counts(&self) -> bool {
        self.is_unprotected || self.ways.iter().any(|way| !way.internal)
    }
}

/// Who is open to more than before, by name. The options are those of each state.
pub fn exposed(
    old: (&Cluster, &Policies),
    new: (&Cluster, &Policies),
    profile: Profile,
    options: &Options,
) -> Vec<Exposed> {
    let known: BTreeMap<(Text, Text, Text), Exposure> = exposures(old.0, old.1, profile, options)
        .into_iter()
        .map(|own| ((own.namespace.clone(), own.name.clone(), own.kind.clone()), own))
        .collect();
    let mut all = Vec::new();
    for own in exposures(new.0, new.1, profile, options) {
        let before = known.get(&(own.namespace.clone(), own.name.clone(), own.kind.clone()));
        let was_open = |way: &Way| {
            let mut ways = before.into_iter().flat_map(|before| &before.ways);
            ways.any(|known| {
                (&known.entry, &known.object, known.port) == (&way.entry, &way.object, way.port)
                    && known.verdict != Verdict::Deny
                    && known.internal <= way.internal
            })
        };
        let ways: Vec<Way> =
            own.ways.iter().filter(|way| way.verdict != Verdict::Deny && !was_open(way)).cloned().collect();
        let is_unprotected = before.is_none() && own.ingress == Guard::Unprotected;
        if is_unprotected || !ways.is_empty() {
            let who = Somebody::Workload { namespace: own.namespace, name: own.name, kind: own.kind };
            all.push(Exposed { who, is_new: before.is_none(), is_unprotected, ways });
        }
    }
    all
}
