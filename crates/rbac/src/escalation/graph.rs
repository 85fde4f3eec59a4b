//! The graph of powers, and the shortest ways through it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::moves::{Index, account, being, moves};
use super::rights::Rights;
use super::step::{Chosen, Maker};
use super::way::Way;
use super::{EscalationPath, Power, Step};
use crate::binding::{BindingId, Subject, SubjectKind};
use crate::defaults::Defaults;
use crate::identity::{AUTHENTICATED, Identity, MASTERS, SERVICE_ACCOUNTS, UNAUTHENTICATED, service_account};
use crate::policy::Rbac;
use crate::risk::as_subject;
use crate::rule::Rule;
use crate::surroundings::Surroundings;

/// Powers that nothing goes beyond.
const FINAL: [Power; 3] = [Power::ClusterAdmin, Power::EveryRequest, Power::Node];

/// The graph.
struct Graph<'a> {
    rbac: &'a Rbac,
    around: &'a Surroundings,
    powers: Vec<Power>,
    places: FxHashMap<Power, usize>,
    edges: Vec<Edges>,
    /// The service accounts that are there, and where nobody knows all, those that bindings name too.
    accounts: BTreeSet<(Text, Text)>,
    index: Index,
    /// What bindings lead to: most service accounts have the same.
    by_bindings: FxHashMap<Vec<(BindingId, usize)>, Moves>,
}

type Moves = Arc<Vec<(Power, Way)>>;
type Edges = Vec<(usize, Way)>;

impl Rbac {
    /// Who can become what: for every subject that bindings name, but for those that Kubernetes itself brings, the shortest
    /// way to each of the strongest powers, and what one step gives. Subjects that hold everything already are left out,
    /// and so is what a group of the subject can do just as well: that is told of the group.
    pub fn escalations(&self, around: &Surroundings) -> Vec<EscalationPath> {
        let mut graph = Graph::new(self, around);
        let mut starts: Vec<usize> = Vec::new();
        for subject in self.starts() {
            starts.push(graph.place(Power::Is(subject)));
        }
        for group in [AUTHENTICATED, UNAUTHENTICATED, SERVICE_ACCOUNTS] {
            graph.place(being(SubjectKind::Group, group));
        }
        graph.explore();
        graph.told(&starts)
    }

    /// Everything that an identity can become, by the shortest way to each.
    pub fn escalations_of(&self, identity: &Identity, around: &Surroundings) -> Vec<EscalationPath> {
        let mut graph = Graph::new(self, around);
        let start = graph.place(Power::Is(as_subject(identity)));
        let own = if identity.is_in(MASTERS) {
            Arc::new(vec![(Power::ClusterAdmin, Way::Holds)])
        } else {
            graph.moves_of(identity)
        };
        graph.connect(start, &own);
        graph.explore();
        graph.reached(start)
    }

    /// Subjects that somebody has bound to something, beyond what Kubernetes itself brings.
    fn starts(&self) -> BTreeSet<Subject> {
        let defaults = Defaults::get();
        let mut starts = BTreeSet::new();
        for binding in self.bindings() {
            for (at, subject) in binding.subjects.iter().enumerate() {
                let is = subject.canonical();
                if !starts.contains(&*is) && !defaults.brings(self, binding, at) {
                    starts.insert(is.into_owned());
                }
            }
        }
        starts.remove(&Subject {
            kind: SubjectKind::Group,
            name: Text::new_static(MASTERS),
            namespace: Text::default(),
        });
        starts
    }
}

impl<'a> Graph<'a> {
    fn new(rbac: &'a Rbac, around: &'a Surroundings) -> Self {
        let mut accounts: BTreeSet<_> = around.service_accounts.keys().cloned().collect();
        if !around.complete.service_accounts {
            let users = rbac.by_user.keys().filter_map(|user| service_account(user));
            accounts.extend(users.map(|(namespace, name)| (Text::new(namespace), Text::new(name))));
        }
        let mut graph = Self {
            rbac,
            accounts,
            around,
            powers: Vec::new(),
            places: FxHashMap::default(),
            edges: Vec::new(),
            index: Index::of(rbac, around),
            by_bindings: FxHashMap::default(),
        };
        for power in FINAL {
            graph.place(power);
        }
        graph
    }

    fn place(&mut self, power: Power) -> usize {
        let next = self.powers.len();
        let at = *self.places.entry(power.clone()).or_insert(next);
        if at == next {
            self.powers.push(power);
        }
        at
    }

    fn connect(&mut self, from: usize, moves: &[(Power, Way)]) {
        let edges: Edges =
            moves.iter().map(|(power, way)| (self.place(power.clone()), way.clone())).collect();
        self.edges.resize_with(self.edges.len().max(from + 1), Vec::new);
        if let Some(own) = self.edges.get_mut(from) {
            own.extend(edges.into_iter().filter(|(to, _)| *to != from));
        }
    }

    /// Follows every power that is found, until none is new. What is connected already is left as it is.
    fn explore(&mut self) {
        let mut next = 0;
        while let Some(power) = self.powers.get(next).cloned() {
            if self.edges.get(next).is_none_or(Vec::is_empty) {
                let moves = self.moves_from(&power);
                self.connect(next, &moves);
            }
            next += 1;
        }
        self.edges.resize_with(self.powers.len(), Vec::new);
    }

    fn moves_of(&mut self, identity: &Identity) -> Moves {
        let bindings = self.rbac.bindings_of(identity).into_iter().filter_map(|id| {
            let subjects = &self.rbac.binding(id)?.subjects;
            Some((id, subjects.iter().position(|subject| subject.is(identity))?))
        });
        let key: Vec<_> = bindings.collect();
        if let Some(known) = self.by_bindings.get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(moves(self.rbac, self.around, &self.index, &Rights::of(self.rbac, identity)));
        self.by_bindings.insert(key, Arc::clone(&found));
        found
    }

    fn moves_from(&mut self, power: &Power) -> Moves {
        let accounts = |wanted: Option<&Text>| -> Vec<(Power, Way)> {
            let first = (wanted.cloned().unwrap_or_default(), Text::default());
            let here = self.accounts.range(first..);
            let here = here.take_while(|(namespace, _)| wanted.is_none_or(|own| own == namespace));
            here.map(|(namespace, name)| (account(namespace, name), Way::Member(None))).collect()
        };
        Arc::new(match power {
            Power::ClusterAdmin | Power::EveryRequest | Power::Node | Power::ActsAs { .. } => Vec::new(),
            Power::Is(subject) => match identity_of(subject) {
                identity if identity.is_in(MASTERS) => vec![(Power::ClusterAdmin, Way::Holds)],
                identity => return self.moves_of(&identity),
            },
            Power::ServiceAccounts(namespace) => accounts(namespace.as_ref()),
            Power::Pods(namespace) => {
                self.pods(|pod| namespace.as_ref().is_none_or(|own| *own == pod.namespace))
            }
            Power::PodsOn(node) => self.pods(|pod| pod.node == *node),
            Power::Users => self.users(),
            Power::Anyone => {
                let mut all = self.users();
                let groups: BTreeSet<&Text> = self.rbac.by_group.keys().collect();
                let groups = groups.into_iter().filter(|group| **group != MASTERS && !group.is_empty());
                all.extend(groups.map(|group| (being(SubjectKind::Group, group), Way::Member(None))));
                all.extend(accounts(None));
                all
            }
            Power::Role { cluster, name, namespace } => {
                let own = if *cluster { None } else { namespace.as_deref() };
                let role = self.rbac.role_named(own, name).and_then(|role| self.rbac.role(role));
                let rules = role.map(|role| &*role.rules).unwrap_or_default();
                moves(self.rbac, self.around, &self.index, &Rights::of_rules(rules, namespace.as_deref()))
            }
            Power::NamespaceAdmin(Some(namespace)) => {
                let all = || vec![Text::new_static("*")];
                let rule = Rule { verbs: all(), api_groups: all(), resources: all(), ..Rule::default() };
                moves(self.rbac, self.around, &self.index, &Rights::of_rules(&[rule], Some(namespace)))
            }
            Power::NamespaceAdmin(None) => {
                let bound = self.rbac.bindings().iter().filter_map(|binding| binding.namespace.clone());
                let mut all: BTreeSet<Text> = bound.chain(self.around.namespaces.keys().cloned()).collect();
                all.insert(Text::new_static("kube-system"));
                if self.around.complete.namespaces {
                    all.retain(|namespace| self.around.namespaces.contains_key(namespace));
                }
                let member = |namespace| (Power::NamespaceAdmin(Some(namespace)), Way::Member(None));
                all.into_iter().map(member).collect()
            }
        })
    }

    /// The users that bindings name.
    fn users(&self) -> Vec<(Power, Way)> {
        let users =
            self.rbac.by_user.keys().filter(|user| service_account(user).is_none() && !user.is_empty());
        let users: BTreeSet<&Text> = users.collect();
        users.into_iter().map(|user| (being(SubjectKind::User, user), Way::Member(None))).collect()
    }

    /// The service accounts of pods that have their token, each by its first pod.
    fn pods(&self, wanted: impl Fn(&crate::RunningPod) -> bool) -> Vec<(Power, Way)> {
        let mut all: BTreeMap<(&Text, &Text), usize> = BTreeMap::new();
        for (at, pod) in self.around.pods.iter().enumerate() {
            if pod.has_token && wanted(pod) {
                all.entry((&pod.namespace, &pod.service_account)).or_insert(at);
            }
        }
        all.into_iter().map(|((own, name), at)| (account(own, name), Way::Member(Some(at)))).collect()
    }

    /// The number of steps from every power to one.
    fn distances(&self, to: usize) -> Vec<u32> {
        let mut back: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.powers.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for (to, way) in edges {
                if let Some(back) = back.get_mut(*to) {
                    back.push((from, way.cost()));
                }
            }
        }
        spread(to, self.powers.len(), |at| back.get(at).map(Vec::as_slice).unwrap_or_default().to_vec()).0
    }

    /// What is told of all subjects.
    fn told(&self, starts: &[usize]) -> Vec<EscalationPath> {
        let distances: Vec<(usize, Vec<u32>)> = FINAL
            .iter()
            .filter_map(|power| self.places.get(power))
            .map(|at| (*at, self.distances(*at)))
            .collect();
        let far = |from: usize, to: &[u32]| to.get(from).copied().unwrap_or(u32::MAX);
        let mut paths = Vec::new();
        for &start in starts {
            let Some(Power::Is(subject)) = self.powers.get(start) else { continue };
            let groups = self.groups(subject);
            let edges = self.edges.get(start).map(Vec::as_slice).unwrap_or_default();
            if edges.iter().any(|(_, way)| matches!(way, Way::Holds)) {
                continue;
            }
            // Several ways that begin with the same call: the one to the strongest power stands for all.
            let mut begun: Vec<&(usize, Way)> = Vec::new();
            for (to, distance) in &distances {
                let own = far(start, distance);
                let shared = groups.iter().any(|group| far(*group, distance) <= own);
                if own == u32::MAX || shared {
                    continue;
                }
                let way = self.descent(start, *to, distance);
                let Some(first) = way.first().copied() else { continue };
                if begun.iter().any(|other| std::ptr::eq(*other, first)) {
                    continue;
                }
                if self.powers.get(*to).is_some_and(holds_all) {
                    begun.push(first);
                }
                paths.extend(self.path(start, &way));
            }
            for edge in edges.iter().filter(|edge| !begun.iter().any(|other| std::ptr::eq(*other, *edge))) {
                let to = edge.0;
                let of_groups = groups.iter().filter_map(|group| self.edges.get(*group));
                let shared = of_groups.flatten().any(|(other, _)| *other == to);
                if !shared && self.powers.get(to).is_some_and(|power| !power.is_final()) {
                    paths.extend(self.path(start, &[edge]));
                }
            }
        }
        paths
    }

    /// The groups of a subject that stand in the graph, but for itself.
    fn groups(&self, subject: &Subject) -> Vec<usize> {
        let groups = identity_of(subject).groups;
        let others =
            groups.iter().filter(|group| subject.kind != SubjectKind::Group || **group != subject.name);
        others.filter_map(|group| self.places.get(&being(SubjectKind::Group, group))).copied().collect()
    }

    /// The edges of the shortest way to a power, given how far everything is from it.
    fn descent(&self, from: usize, to: usize, distance: &[u32]) -> Vec<&(usize, Way)> {
        let mut way = Vec::new();
        let mut at = from;
        let far = |at: usize| distance.get(at).copied().unwrap_or(u32::MAX);
        while at != to && way.len() <= self.powers.len() {
            let edges = self.edges.get(at).map(Vec::as_slice).unwrap_or_default();
            let next = edges.iter().find(|(next, way)| far(*next).saturating_add(way.cost()) == far(at));
            let Some(edge) = next else { return Vec::new() };
            at = edge.0;
            way.push(edge);
        }
        way
    }

    /// The shortest way to everything that can be reached.
    fn reached(&self, start: usize) -> Vec<EscalationPath> {
        let (_, before, order) = spread(start, self.powers.len(), |at| {
            let edges = self.edges.get(at).map(Vec::as_slice).unwrap_or_default();
            edges.iter().map(|(to, way)| (*to, way.cost())).collect()
        });
        let mut ways: Vec<(usize, Vec<&(usize, Way)>)> = Vec::new();
        for to in order.into_iter().filter(|to| *to != start) {
            let mut way = Vec::new();
            let mut at = to;
            while let Some(Some(from)) = before.get(at)
                && way.len() <= self.powers.len()
            {
                let edges = self.edges.get(*from).map(Vec::as_slice).unwrap_or_default();
                way.extend(edges.iter().find(|(next, _)| *next == at));
                at = *from;
            }
            way.reverse();
            ways.push((to, way));
        }
        // Several ways that begin with the same call: the one to the strongest power stands for all.
        let mut strongest: Vec<(&(usize, Way), usize)> = Vec::new();
        for power in FINAL.iter().filter(|power| holds_all(power)) {
            let Some((to, way)) = ways.iter().find(|(to, _)| self.powers.get(*to) == Some(power)) else {
                continue;
            };
            if let Some(first) = way.first()
                && !strongest.iter().any(|(known, _)| std::ptr::eq(*known, *first))
            {
                strongest.push((first, *to));
            }
        }
        let told = ways.iter().filter(|(to, way)| {
            let first = way.first();
            let best =
                strongest.iter().find(|(known, _)| first.is_some_and(|own| std::ptr::eq(*known, *own)));
            best.is_none_or(|(_, best)| best == to)
        });
        told.filter_map(|(_, way)| self.path(start, way)).collect()
    }

    /// A way as steps: of one that leads to several, and the one that is taken of them, makes one.
    fn path(&self, start: usize, edges: &[&(usize, Way)]) -> Option<EscalationPath> {
        let Some(Power::Is(from)) = self.powers.get(start) else { return None };
        let mut steps: Vec<Step> = Vec::new();
        let mut maker = Maker { around: self.around, actor: from.clone() };
        let mut edges = edges.iter().copied().peekable();
        let mut to = self.powers.get(start)?;
        while let Some((at, way)) = edges.next() {
            let mut power = self.powers.get(*at)?;
            let mut chosen = None;
            while let Some((at, Way::Member(pod))) = edges.next_if(|(_, way)| matches!(way, Way::Member(_))) {
                chosen = Some(Chosen { power: self.powers.get(*at)?, pod: *pod });
            }
            if !matches!(way, Way::Holds) {
                steps.push(maker.step(way, power, chosen));
            }
            power = chosen.map_or(power, |chosen| chosen.power);
            if let Power::Is(subject) = power {
                maker.actor = subject.clone();
            }
            to = power;
        }
        (!steps.is_empty()).then(|| EscalationPath { from: from.clone(), steps, to: to.clone() })
    }
}

/// Whether a power holds all others.
fn holds_all(power: &Power) -> bool {
    matches!(power, Power::ClusterAdmin | Power::EveryRequest)
}

/// Who a subject is in a live request.
fn identity_of(subject: &Subject) -> Identity {
    match subject.kind {
        SubjectKind::User => Identity::user(&subject.name).live(),
        SubjectKind::Group => Identity::group(&subject.name).live(),
        SubjectKind::ServiceAccount => Identity::service_account(&subject.namespace, &subject.name),
    }
}

/// How far everything is from a place, from where it is reached, and in which order: by edges that cost one step or none.
fn spread(
    start: usize,
    count: usize,
    next: impl Fn(usize) -> Vec<(usize, u32)>,
) -> (Vec<u32>, Vec<Option<usize>>, Vec<usize>) {
    let mut far = vec![u32::MAX; count];
    let mut before = vec![None; count];
    let mut order = Vec::new();
    let mut done = vec![false; count];
    let mut queue = VecDeque::from([start]);
    if let Some(far) = far.get_mut(start) {
        *far = 0;
    }
    while let Some(at) = queue.pop_front() {
        if done.get_mut(at).is_none_or(|done| std::mem::replace(done, true)) {
            continue;
        }
        order.push(at);
        let own = far.get(at).copied().unwrap_or(u32::MAX);
        for (to, cost) in next(at) {
            let reached = own.saturating_add(cost);
            let (Some(known), Some(before)) = (far.get_mut(to), before.get_mut(to)) else { continue };
            if reached < *known {
                *known = reached;
                *before = Some(at);
                if cost == 0 { queue.push_front(to) } else { queue.push_back(to) }
            }
        }
    }
    (far, before, order)
}

#[cfg(test)]
mod tests;
