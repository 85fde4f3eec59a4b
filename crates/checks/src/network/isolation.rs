//! Which pods and namespaces network policies isolate, under the plug-in that enforces them.

use std::sync::Arc;

use ironsides_core::{Inventory, Labels as Written, Object, Pod as WrittenPod, PodTemplates};
use ironsides_network::cluster::{Cluster, Labels, Namespace, Pod};
use ironsides_network::matcher::Operator;
use ironsides_network::{
    Action, Direction, Lowered, Match, Matcher, Origin, Place, Rank, Rule, Symbol, View,
};
use ironsides_tree::Text;
use rustc_hash::{FxHashMap, FxHashSet};

use super::model::Network;
use crate::gathered::namespace;

/// In which directions something is isolated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Isolated {
    /// Nothing comes in but what a policy allows.
    pub(super) ingress: bool,
    /// Nothing goes out but what a policy allows.
    pub(super) egress: bool,
}

impl Isolated {
    /// Whether it is isolated in any direction.
    pub(super) fn any(self) -> bool {
        self.ingress || self.egress
    }
}

/// What all policies of the input isolate.
pub(super) struct Isolation {
    /// By the place of what makes the pods, in [`Inventory::objects`].
    pods: FxHashMap<usize, Isolated>,
    /// A pod without labels of each namespace: what nobody wrote a policy for by name.
    namespaces: FxHashMap<Text, Isolated>,
    /// Namespaces with a policy that counts, or with a pod that one of the whole cluster isolates.
    guarded: FxHashSet<Text>,
}

impl Isolation {
    /// What the policies of an input isolate; found once.
    pub(super) fn of(inventory: &Inventory, templates: &PodTemplates) -> Arc<Self> {
        let network = Network::of(inventory, templates);
        inventory.derived(|inventory| Self::new(inventory, templates, &network))
    }

    fn new(inventory: &Inventory, templates: &PodTemplates, network: &Network) -> Self {
        let cluster = everyone(inventory, templates, &network.cluster);
        let (profile, mut options) = (network.detected.profile, network.detected.options);
        // What a server returned it has taken.
        options.as_stored = inventory.server().is_some();
        let lowered = ironsides_network::profile::lower(profile, &cluster, &network.policies, &options);
        let closing = Closing::new(&lowered);
        let mut known: FxHashMap<u32, Isolated> = FxHashMap::default();
        let mut isolation = Self {
            pods: FxHashMap::default(),
            namespaces: FxHashMap::default(),
            guarded: lowered.policies.iter().filter_map(|policy| policy.namespace.clone()).collect(),
        };
        for (pod, sight) in cluster.pods.iter().zip(&lowered.pods) {
            let Some(view) = lowered.views.get(sight.local.index()) else { continue };
            let id = u32::try_from(sight.local.index()).unwrap_or(u32::MAX);
            let isolated = *known.entry(id).or_insert_with(|| closing.of(view));
            if isolated.any() {
                isolation.guarded.insert(pod.namespace.clone());
            }
            if pod.live {
                isolation.pods.insert(pod.place.document as usize, isolated);
            } else {
                isolation.namespaces.insert(pod.namespace.clone(), isolated);
            }
        }
        isolation
    }

    /// In which directions the pods made at this place of the input are isolated.
    pub(super) fn of_pods(&self, place: usize) -> Isolated {
        self.pods.get(&place).copied().unwrap_or_default()
    }

    /// In which directions all pods of a namespace are isolated, those too that no policy knows by their labels.
    pub(super) fn of_namespace(&self, namespace: &str) -> Isolated {
        self.namespaces.get(namespace).copied().unwrap_or_default()
    }

    /// Whether any policy that counts is in a namespace, or one of the cluster isolates a pod of it.
    pub(super) fn guards(&self, namespace: &str) -> bool {
        self.guarded.contains(namespace)
    }
}

/// Every object that holds a pod as a pod of its own, marked as live; and in each namespace one pod that nobody wrote.
fn everyone(inventory: &Inventory, templates: &PodTemplates, known: &Cluster) -> Cluster {
    let mut pods = Vec::new();
    let mut namespaces = known.namespaces.clone();
    for (at, object) in (0u32..).zip(inventory.objects()) {
        let Some(written) = WrittenPod::of(object, templates) else { continue };
        // On the network of its node it is no pod to a policy.
        if written.spec().get("hostNetwork").is(true) {
            continue;
        }
        let namespace = Text::new(namespace(object));
        namespaces.entry(namespace.clone()).or_insert_with(|| named(&namespace));
        let account = written.spec().get("serviceAccountName").str().filter(|name| !name.is_empty());
        pods.push(Pod {
            namespace,
            name: object.reference().name.clone(),
            labels: labels(object, &written),
            service_account: account.map_or(Text::new_static("default"), Text::new),
            live: true,
            place: Place { document: at, path: "".into(), span: object.root.span() },
            ..Pod::default()
        });
    }
    pods.extend(namespaces.keys().map(|namespace| Pod {
        namespace: namespace.clone(),
        service_account: Text::new_static("default"),
        ..Pod::default()
    }));
    Cluster { namespaces, pods, ..Cluster::default() }
}

/// A namespace that only what is in it tells of.
fn named(name: &Text) -> Namespace {
    let own = (Text::new_static(crate::gathered::Namespaces::NAME), name.clone());
    Namespace { labels: Labels::from([own]), place: None }
}

/// The labels that the pods of an object have, those among them that its controller is known to add.
fn labels(object: &Object, written: &WrittenPod<'_>) -> Labels {
    let own = Written::of(written.metadata());
    let mut labels: Labels = own.iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect();
    let name = &object.reference().name;
    let mut add = |key: &'static str, value: Text| {
        labels.entry(Text::new_static(key)).or_insert(value);
    };
    match object.reference().kind.as_str() {
        "Job" => {
            add("job-name", name.clone());
            add("batch.kubernetes.io/job-name", name.clone());
        }
        "StatefulSet" => {
            add("statefulset.kubernetes.io/pod-name", Text::new(format!("{name}-0")));
            add("apps.kubernetes.io/pod-index", Text::new_static("0"));
        }
        _ => {}
    }
    labels
}

/// The rules that close a direction to what no rule names, found by a label that their subjects must have.
struct Closing<'a> {
    lowered: &'a Lowered,
    /// By direction; places in the list of rules, by rank.
    by_label: [FxHashMap<(Symbol, Symbol), Vec<u32>>; 2],
    /// Those that ask for no label with one value.
    others: [Vec<u32>; 2],
}

impl<'a> Closing<'a> {
    fn new(lowered: &'a Lowered) -> Self {
        let mut closing = Self { lowered, by_label: Default::default(), others: Default::default() };
        for (at, rule) in (0..).zip(&lowered.rules) {
            if !matches!(rule.origin, Origin::Default(_)) && !is_wide(rule, lowered) {
                continue;
            }
            let direction = rule.direction;
            for conjunct in &rule.subject.0 {
                let label =
                    conjunct.requirements.iter().rev().find_map(|requirement| match &requirement.operator {
                        Operator::In(values) => match values.as_slice() {
                            [value] => Some((requirement.key, *value)),
                            _ => None,
                        },
                        _ => None,
                    });
                let places = match label {
                    Some(label) => side(&mut closing.by_label, direction).entry(label).or_default(),
                    None => side(&mut closing.others, direction),
                };
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        closing
    }

    /// In which directions something is isolated.
    fn of(&self, view: &View) -> Isolated {
        let [ingress, egress] = Direction::ALL.map(|direction| self.closes(direction, view));
        Isolated { ingress, egress }
    }

    /// Whether what no rule names is denied: a policy isolates it, or one of the cluster denies everyone before another lets
    /// everyone through.
    fn closes(&self, direction: Direction, view: &View) -> bool {
        let (Some(by_label), Some(others)) =
            (self.by_label.get(direction as usize), self.others.get(direction as usize))
        else {
            return false;
        };
        let mut places: Vec<u32> = others.clone();
        places.extend(view.labels.iter().filter_map(|label| by_label.get(&label)).flatten());
        places.sort_unstable();
        places.dedup();
        let rules = places.iter().filter_map(|&at| self.lowered.rules.get(at as usize));
        let rules: Vec<&Rule> = rules.filter(|rule| rule.subject.matches(view) == Match::Yes).collect();
        if rules.iter().any(|rule| matches!(rule.origin, Origin::Default(_))) {
            return true;
        }
        let mut from = Rank(0);
        for rule in rules {
            match rule.action {
                _ if rule.rank < from => {}
                Action::Deny => return true,
                Action::Allow | Action::Break => return false,
                Action::Pass(to) => from = to,
            }
        }
        false
    }
}

fn side<T>(sides: &mut [T; 2], direction: Direction) -> &mut T {
    let [ingress, egress] = sides;
    if direction == Direction::Ingress { ingress } else { egress }
}

/// Whether somebody wrote that everything of every pod of the cluster is treated so.
fn is_wide(rule: &Rule, lowered: &Lowered) -> bool {
    matches!(rule.origin, Origin::Policy(..)) && rule.ports.is_none() && takes_pods(&rule.peers, lowered)
}

/// Whether every pod is a peer.
fn takes_pods(peers: &Matcher, lowered: &Lowered) -> bool {
    let mut views = lowered.pods.iter().filter_map(|sight| lowered.views.get(sight.remote.index()));
    peers.is_everybody() || views.all(|view| peers.matches(view) == Match::Yes)
}
