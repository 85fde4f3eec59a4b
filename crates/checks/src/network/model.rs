//! The network of the input: what can talk, and the policies as they are written.

use std::sync::Arc;

use ironsides_core::{Inventory, Object, PodTemplates};
use ironsides_network::cluster::{Cluster, Labels, Pod};
use ironsides_network::kinds::cilium::CiliumPolicy;
use ironsides_network::kinds::cluster_network_policy::ClusterNetworkPolicy;
use ironsides_network::kinds::network_policy::{NetworkPolicy, Peer};
use ironsides_network::kinds::selector::{Asked, Selector};
use ironsides_network::place::Problem;
use ironsides_network::{Direction, Policies};
use ironsides_tree::{Cursor, Text};
use rustc_hash::FxHashMap;

use super::place::place;

/// Everything that these checks ask of all objects together; read once.
pub(super) struct Network {
    pub(super) cluster: Cluster,
    pub(super) policies: Policies,
    /// Places in [`Cluster::pods`] by namespace.
    pods: FxHashMap<Text, Vec<u32>>,
    /// Places in the lists of [`Policies`] by the object that they were read from.
    of_pods: FxHashMap<u32, usize>,
    cluster_wide: FxHashMap<u32, usize>,
    cilium: FxHashMap<u32, usize>,
    /// What is wrong with documents, by object.
    problems: FxHashMap<u32, Vec<Problem>>,
}

impl Network {
    /// The network of an input; read once.
    pub(super) fn of(inventory: &Inventory, templates: &PodTemplates) -> Arc<Self> {
        inventory.derived(|inventory| Self::new(inventory, templates))
    }

    fn new(inventory: &Inventory, templates: &PodTemplates) -> Self {
        let (cluster, _) = Cluster::read(inventory.objects(), templates);
        let mut policies = Policies::default();
        for (document, object) in (0..).zip(inventory.objects()) {
            policies.read(document, &object.root);
        }
        let mut pods: FxHashMap<Text, Vec<u32>> = FxHashMap::default();
        for (at, pod) in (0..).zip(&cluster.pods) {
            pods.entry(pod.namespace.clone()).or_default().push(at);
        }
        let mut problems: FxHashMap<u32, Vec<Problem>> = FxHashMap::default();
        for problem in &policies.problems {
            problems.entry(problem.place.document).or_default().push(problem.clone());
        }
        let of_pods = policies.network.iter().map(|policy| policy.place.document).zip(0..).collect();
        let cluster_wide = policies.cluster.iter().map(|policy| policy.place.document).zip(0..).collect();
        let cilium = policies.cilium.iter().map(|policy| policy.place.document).zip(0..).collect();
        Self { cluster, policies, pods, of_pods, cluster_wide, cilium, problems }
    }

    /// The NetworkPolicy that an object is.
    pub(super) fn network_policy(&self, inventory: &Inventory, object: &Object) -> Option<&NetworkPolicy> {
        self.policies.network.get(*self.of_pods.get(&document(inventory, object)?)?)
    }

    /// The ClusterNetworkPolicy, or its predecessor, that an object is.
    pub(super) fn cluster_policy(
        &self,
        inventory: &Inventory,
        object: &Object,
    ) -> Option<&ClusterNetworkPolicy> {
        self.policies.cluster.get(*self.cluster_wide.get(&document(inventory, object)?)?)
    }

    /// The policy of Cilium's own kinds that an object is.
    pub(super) fn cilium_policy(&self, inventory: &Inventory, object: &Object) -> Option<&CiliumPolicy> {
        self.policies.cilium.get(*self.cilium.get(&document(inventory, object)?)?)
    }

    /// What is wrong with an object that the API server takes.
    pub(super) fn problems(&self, inventory: &Inventory, object: &Object) -> &[Problem] {
        let at = document(inventory, object).and_then(|document| self.problems.get(&document));
        at.map(Vec::as_slice).unwrap_or_default()
    }

    /// The pods of a namespace.
    pub(super) fn pods_in<'a>(&'a self, namespace: &str) -> impl Iterator<Item = &'a Pod> + use<'a> {
        let places = self.pods.get(namespace).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|&at| self.cluster.pods.get(at as usize))
    }

    /// The pods that a selector selects in a namespace. Those on the network of their node are no pods to a policy.
    pub(super) fn selected<'a>(
        &'a self,
        namespace: &str,
        selector: &'a Selector,
    ) -> impl Iterator<Item = &'a Pod> + use<'a> {
        self.pods_in(namespace).filter(|pod| !pod.host_network && selects(selector, &pod.labels))
    }

    /// The namespaces that a selector selects.
    pub(super) fn namespaces<'a>(&'a self, selector: &'a Selector) -> impl Iterator<Item = &'a Text> {
        let all = self.cluster.namespaces.iter();
        all.filter(|(_, namespace)| selects(selector, &namespace.labels)).map(|(name, _)| name)
    }

    /// The pods that a peer of a policy in a namespace takes; none for blocks.
    pub(super) fn peers<'a>(&'a self, namespace: &'a str, peer: &'a Peer) -> Vec<&'a Pod> {
        static ALL: Selector = Selector(Vec::new());
        if peer.ip_block.is_some() {
            return Vec::new();
        }
        let pods = peer.pod_selector.as_ref().unwrap_or(&ALL);
        match &peer.namespace_selector {
            Some(namespaces) => {
                self.namespaces(namespaces).flat_map(|namespace| self.selected(namespace, pods)).collect()
            }
            None => self.selected(namespace, pods).collect(),
        }
    }
}

/// The number of the document that an object is in what the crate `network` reads.
fn document(inventory: &Inventory, object: &Object) -> Option<u32> {
    place(inventory, object).and_then(|place| u32::try_from(place).ok())
}

/// Whether a selector takes these labels.
pub(super) fn selects(selector: &Selector, labels: &Labels) -> bool {
    selector.0.iter().all(|requirement| {
        let value = labels.get(&requirement.key);
        match &requirement.operator {
            Asked::In(values) => value.is_some_and(|value| values.contains(value)),
            Asked::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Asked::Exists => value.is_some(),
            Asked::DoesNotExist => value.is_none(),
        }
    })
}

/// The namespace of a NetworkPolicy.
pub(super) fn namespace_of(policy: &NetworkPolicy) -> &str {
    policy.name.namespace.as_deref().unwrap_or("default")
}

/// The rules of a direction that count.
pub(super) fn rules(
    policy: &NetworkPolicy,
    direction: Direction,
) -> &[ironsides_network::kinds::network_policy::Rule] {
    let rules = match direction {
        Direction::Ingress => &policy.ingress,
        Direction::Egress => &policy.egress,
    };
    let rules = rules.as_deref().unwrap_or_default();
    let counts = match &policy.policy_types {
        Some(types) => types.contains(&direction),
        None => true,
    };
    if counts { rules } else { &[] }
}

/// The place of an object at a path as the crate `network` tells it: `spec.ingress[0].from[1]`. Where a part of the path is not
/// there, the place above it.
pub(super) fn at<'a>(object: &'a Object, path: &str) -> Cursor<'a> {
    let mut at = object.cursor();
    for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
        let next = match part.strip_suffix(']') {
            Some(number) => number.parse().ok().and_then(|number| at.items().nth(number)),
            None => at.entries().find(|(key, _)| *key == part).map(|(_, value)| value),
        };
        let Some(next) = next else { break };
        at = next;
    }
    at
}
