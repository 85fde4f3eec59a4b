//! Which pods and namespaces network policies isolate.

use std::sync::Arc;

use ironsides_core::{Inventory, LabelSelector, Object, PodTemplates};
use ironsides_network::Direction;
use ironsides_tree::{Cursor, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use super::POLICIES;
use super::policy::isolates;
use crate::gathered::{AllPods, Pods, namespace};

/// In which directions something is isolated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Isolated {
    /// Nothing comes in but what a policy allows.
    pub(super) ingress: bool,
    /// Nothing goes out but what a policy allows.
    pub(super) egress: bool,
}

impl Isolated {
    fn add(&mut self, other: Self) {
        self.ingress |= other.ingress;
        self.egress |= other.egress;
    }

    /// Whether it is isolated in any direction.
    pub(super) fn any(self) -> bool {
        self.ingress || self.egress
    }
}

/// What all policies of the input isolate.
pub(super) struct Isolation {
    /// By the place of what makes the pods, in [`Inventory::objects`].
    pods: FxHashMap<usize, Isolated>,
    /// All pods of a namespace, whatever their labels.
    namespaces: FxHashMap<Text, Isolated>,
    /// All pods there are.
    all: Isolated,
    /// Namespaces with a policy of any kind.
    guarded: FxHashSet<Text>,
}

impl Isolation {
    /// What the policies of an input isolate; found once.
    pub(super) fn of(inventory: &Inventory, templates: &PodTemplates) -> Arc<Self> {
        inventory.derived(|inventory| Self::new(inventory, templates))
    }

    fn new(inventory: &Inventory, templates: &PodTemplates) -> Self {
        let mut isolation = Self {
            pods: FxHashMap::default(),
            namespaces: FxHashMap::default(),
            all: Isolated::default(),
            guarded: FxHashSet::default(),
        };
        let pods = Pods::of(inventory, templates);
        for policy in POLICIES.iter().flat_map(|(group, kind)| inventory.of_kind(group, kind)) {
            if policy.reference().kind == "CiliumClusterwideNetworkPolicy" {
                isolation.clusterwide(policy, inventory, templates);
                continue;
            }
            let own = namespace(policy);
            isolation.guarded.insert(Text::new(own));
            for (selector, isolated) in statements(policy) {
                if selector.is_everything() {
                    isolation.namespaces.entry(Text::new(own)).or_default().add(isolated);
                    continue;
                }
                for place in pods.selected(own, &selector) {
                    isolation.pods.entry(place).or_default().add(isolated);
                }
            }
        }
        isolation
    }

    fn clusterwide(&mut self, policy: &Object, inventory: &Inventory, templates: &PodTemplates) {
        for (selector, isolated) in statements(policy) {
            if selector.is_everything() {
                self.all.add(isolated);
                continue;
            }
            for place in AllPods::of(inventory, templates).0.selected(&selector) {
                self.pods.entry(place).or_default().add(isolated);
            }
        }
    }

    /// In which directions the pods made at this place of a namespace are isolated.
    pub(super) fn of_pods(&self, place: usize, namespace: &str) -> Isolated {
        let mut isolated = self.of_namespace(namespace);
        isolated.add(self.pods.get(&place).copied().unwrap_or_default());
        isolated
    }

    /// In which directions all pods of a namespace are isolated.
    pub(super) fn of_namespace(&self, namespace: &str) -> Isolated {
        let mut isolated = self.all;
        isolated.add(self.namespaces.get(namespace).copied().unwrap_or_default());
        isolated
    }

    /// Whether any policy is in a namespace, or one of the cluster isolates all pods.
    pub(super) fn guards(&self, namespace: &str) -> bool {
        self.all.any() || self.guarded.contains(namespace)
    }
}

/// What a policy says: which pods, and in which directions it isolates them. Selectors that the server refuses say nothing.
fn statements(policy: &Object) -> Vec<(LabelSelector<'_>, Isolated)> {
    let root = policy.cursor();
    if policy.reference().group() != "cilium.io" {
        let selector = LabelSelector::read(&root.at(&["spec", "podSelector"]));
        let isolated = Isolated {
            ingress: isolates(policy, Direction::Ingress),
            egress: isolates(policy, Direction::Egress),
        };
        return selector.into_iter().map(|selector| (selector, isolated)).collect();
    }
    let mut statements = Vec::new();
    for spec in std::iter::once(root.get("spec")).chain(root.get("specs").items()) {
        // A specification without a selector is about nodes, or is none.
        if !spec.get("endpointSelector").is_set() {
            continue;
        }
        if let Ok(selector) = LabelSelector::read(&spec.get("endpointSelector")) {
            let isolated = Isolated { ingress: cilium(&spec, "ingress"), egress: cilium(&spec, "egress") };
            statements.push((unprefixed(&selector), isolated));
        }
    }
    statements
}

/// Whether a Cilium specification isolates in a direction: it has rules for it, if only an empty list, unless it says
/// that others decide.
fn cilium(spec: &Cursor<'_>, direction: &'static str) -> bool {
    let denies = if direction == "ingress" { "ingressDeny" } else { "egressDeny" };
    let own = spec.at(&["enableDefaultDeny", direction]);
    own.bool().unwrap_or_else(|| spec.get(direction).is_set() || spec.get(denies).is_set())
}

/// Labels of Cilium may name their source: `k8s:app` is the label `app`.
fn unprefixed<'a>(selector: &LabelSelector<'a>) -> LabelSelector<'a> {
    selector.with_keys(|key| key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key))
}
