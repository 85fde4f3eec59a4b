//! What is alike in an answer, found without comparing each pair with all others.

use ironsides_tree::Text;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Case, Itself, Side, Stretch, Whom};
use crate::cluster::Cluster;
use crate::engine::{ClassId, Engine};
use crate::lowered::Lowered;
use crate::name::{Goal, workload_of};

/// Traffic with its answer.
type Answer = (Vec<Stretch>, Option<Text>, Side, Side);

/// The name by which somebody is told: the kind and the name of a workload.
type Name = (Text, String);

/// The cases of an answer while they are gathered.
#[derive(Default)]
pub(super) struct Cases {
    list: Vec<Case>,
    by_answer: FxHashMap<Answer, usize>,
    /// The names of pods by number, and the number of each pod.
    names: FxHashMap<Name, u32>,
    of_pods: FxHashMap<u32, u32>,
    /// Who is in a case already, by name.
    told: FxHashSet<(usize, Whom, Whom)>,
}

impl Cases {
    /// Puts a pair into the case that it is like; tells its place.
    pub(super) fn add(&mut self, pair: (Whom, Whom), answer: Case, cluster: &Cluster) -> usize {
        let Case { traffic, through, egress, ingress, .. } = &answer;
        let key = (traffic.clone(), through.clone(), egress.clone(), ingress.clone());
        let at = *self.by_answer.entry(key).or_insert_with(|| {
            self.list.push(answer);
            self.list.len() - 1
        });
        self.join(pair, at, cluster);
        at
    }

    /// Puts a pair into a case, unless one that is told by the same names is in it.
    pub(super) fn join(&mut self, pair: (Whom, Whom), at: usize, cluster: &Cluster) {
        let names = (at, self.named(pair.0, cluster), self.named(pair.1, cluster));
        if self.told.insert(names)
            && let Some(case) = self.list.get_mut(at)
        {
            case.pairs.push(pair);
        }
    }

    /// The same for all that are told by one name, as [`Whom::is_like`] has it.
    fn named(&mut self, whom: Whom, cluster: &Cluster) -> Whom {
        let Whom::Pod(at) = whom else { return whom };
        let Some(pod) = cluster.pods.get(at as usize) else { return whom };
        let names = &mut self.names;
        let first = self
            .of_pods
            .entry(at)
            .or_insert_with(|| *names.entry((pod.workload_kind.clone(), workload_of(pod))).or_insert(at));
        Whom::Pod(*first)
    }

    pub(super) fn into_list(self) -> Vec<Case> {
        self.list
    }
}

/// Pairs to which the same rules apply, and of which the same is asked: those of two classes, on the same node or not.
type Alike = ((ClassId, ClassId, bool), Option<Itself>, Option<crate::port::Traffic>, Option<Text>);

/// The cases of pairs that were asked for before. Dividing all that talks into classes is worth it only for many pairs.
pub(super) struct Known<'a> {
    engine: Option<Engine<'a>>,
    cases: FxHashMap<Alike, Vec<usize>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(lowered: &'a Lowered, pairs: usize) -> Self {
        let engine = (pairs > lowered.views.len()).then(|| Engine::new(lowered));
        Self { engine, cases: FxHashMap::default() }
    }

    /// What pairs that are like this one have in common.
    pub(super) fn key(&self, (from, to): (Whom, Whom), own: Option<Itself>, goal: &Goal) -> Option<Alike> {
        let engine = self.engine.as_ref()?;
        let (from, to) = (from.endpoint(), to.endpoint());
        let node = engine.lowered().node(from);
        let near = node.is_some() && node == engine.lowered().node(to);
        let classes = (engine.class_of(from)?, engine.class_of(to)?, near);
        Some((classes, own, goal.traffic, goal.through.clone()))
    }

    pub(super) fn get(&self, alike: &Alike) -> Option<&[usize]> {
        self.cases.get(alike).map(Vec::as_slice)
    }

    pub(super) fn keep(&mut self, alike: Alike, cases: Vec<usize>) {
        self.cases.insert(alike, cases);
    }
}
