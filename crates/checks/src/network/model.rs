//! The network of the input: what can talk, and the policies as they are written.

use std::sync::{Arc, OnceLock};

use ironsides_core::{Inventory, Object, PodTemplates};
use ironsides_network::cluster::{Cluster, Pod};
use ironsides_network::kinds::cilium::{CiliumPolicy, HttpRule, PortRule};
use ironsides_network::kinds::cluster_network_policy::ClusterNetworkPolicy;
use ironsides_network::kinds::network_policy::{NetworkPolicy, Peer, Rule};
use ironsides_network::kinds::selector::Selector;
use ironsides_network::l7::facts::Fact;
use ironsides_network::l7::http::Rule as HttpMatch;
use ironsides_network::place::Problem;
use ironsides_network::profile::detect::{Detected, detect};
use ironsides_network::{Action, Direction, Lowered, Matcher, Options, Origin, Policies, Profile};
use ironsides_tree::{Cursor, Text};
use rustc_hash::FxHashMap;

use super::addresses::Addresses;
use super::place::place;

/// Everything that these checks ask of all objects together; read once.
pub(super) struct Network {
    pub(super) cluster: Cluster,
    pub(super) policies: Policies,
    /// The plug-in that enforces, as far as the input tells.
    pub(super) detected: Detected,
    /// Who has which address.
    addresses: OnceLock<Addresses>,
    /// What everything is for the plug-in, and for Cilium.
    lowered: OnceLock<Lowered>,
    of_cilium: OnceLock<Lowered>,
    of_spec: OnceLock<Lowered>,
    /// Places of allowing rules in what is lowered for Cilium and for Kubernetes' kinds, by document.
    allows: [OnceLock<FxHashMap<u32, Vec<u32>>>; 2],
    /// What is odd about the HTTP rules of each of Cilium's policies, in their order, by document.
    http_facts: OnceLock<FxHashMap<u32, Vec<Vec<Fact>>>>,
    /// Whether a server has taken the policies.
    stored: bool,
    /// Places in [`Cluster::pods`] by namespace.
    pods: FxHashMap<Text, Vec<u32>>,
    /// Places in the lists of [`Policies`] by the object that they were read from.
    of_pods: FxHashMap<u32, usize>,
    cluster_wide: FxHashMap<u32, usize>,
    /// Places in [`Policies::network`] by namespace.
    of_namespace: FxHashMap<Text, Vec<usize>>,
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
        let mut of_namespace: FxHashMap<Text, Vec<usize>> = FxHashMap::default();
        for (at, policy) in policies.network.iter().enumerate() {
            of_namespace.entry(Text::new(namespace_of(policy))).or_default().push(at);
        }
        let of_pods = policies.network.iter().map(|policy| policy.place.document).zip(0..).collect();
        let cluster_wide = policies.cluster.iter().map(|policy| policy.place.document).zip(0..).collect();
        let cilium = policies.cilium.iter().map(|policy| policy.place.document).zip(0..).collect();
        Self {
            cluster,
            policies,
            detected: detect(inventory.objects()),
            addresses: OnceLock::new(),
            lowered: OnceLock::new(),
            of_cilium: OnceLock::new(),
            of_spec: OnceLock::new(),
            allows: [OnceLock::new(), OnceLock::new()],
            http_facts: OnceLock::new(),
            stored: inventory.server().is_some(),
            pods,
            of_pods,
            cluster_wide,
            of_namespace,
            cilium,
            problems,
        }
    }

    /// Who has which address.
    pub(super) fn addresses(&self) -> &Addresses {
        self.addresses.get_or_init(|| Addresses::new(&self.cluster))
    }

    /// What everything is for the plug-in that enforces.
    pub(super) fn lowered(&self) -> &Lowered {
        if self.detected.profile == Profile::Cilium {
            return self.of_cilium();
        }
        self.lowered.get_or_init(|| self.lower(self.detected.profile))
    }

    /// What everything is for Cilium, whose kinds mean nothing to another.
    pub(super) fn of_cilium(&self) -> &Lowered {
        self.of_cilium.get_or_init(|| self.lower(Profile::Cilium))
    }

    /// What network policies are where their rules are asked together: for Calico, which asks one after the other, by the text
    /// of the API.
    pub(super) fn of_kubernetes(&self) -> &Lowered {
        match self.detected.profile {
            Profile::Calico => self.of_spec(),
            _ => self.lowered(),
        }
    }

    /// What everything is by the texts of the APIs, or for a plug-in that follows them with the same policies of the cluster.
    pub(super) fn of_spec(&self) -> &Lowered {
        match self.detected.profile {
            Profile::Spec | Profile::Ovn | Profile::Antrea => self.lowered(),
            _ => self.of_spec.get_or_init(|| self.lower(Profile::Spec)),
        }
    }

    /// The places of the rules by which a policy allows, in [`Network::of_cilium`] or [`Network::of_kubernetes`].
    pub(super) fn allows(&self, document: u32, is_cilium: bool) -> &[u32] {
        let [of_cilium, of_kubernetes] = &self.allows;
        let (known, lowered) =
            if is_cilium { (of_cilium, self.of_cilium()) } else { (of_kubernetes, self.of_kubernetes()) };
        let places = known.get_or_init(|| {
            let mut places: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
            for (at, rule) in (0..).zip(&lowered.rules) {
                if let (Origin::Policy(_, place), Action::Allow) = (&rule.origin, rule.action) {
                    places.entry(place.document).or_default().push(at);
                }
            }
            places
        });
        places.get(&document).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is odd about the HTTP rules of a policy, in the order of [`http_rules`].
    pub(super) fn http_facts(&self, policy: &CiliumPolicy) -> &[Vec<Fact>] {
        let known = self.http_facts.get_or_init(|| {
            let facts = |policy: &CiliumPolicy| -> Vec<Vec<Fact>> {
                http_rules(policy).map(|rule| HttpMatch::new(rule).facts()).collect()
            };
            let all = self.policies.cilium.iter().map(|policy| (policy.place.document, facts(policy)));
            all.filter(|(_, facts)| !facts.is_empty()).collect()
        });
        known.get(&policy.place.document).map(Vec::as_slice).unwrap_or_default()
    }

    fn lower(&self, profile: Profile) -> Lowered {
        let options =
            if profile == self.detected.profile { self.detected.options } else { Options::of(profile) };
        let options = Options { as_stored: self.stored, ..options };
        ironsides_network::profile::lower(profile, &self.cluster, &self.policies, &options)
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
        self.pods_in(namespace).filter(|pod| !pod.host_network && selector.selects(&pod.labels))
    }

    /// The policies that count for every pod that one selects, that one among them: those with the same selector or none, and
    /// those that select each of these pods.
    pub(super) fn beside<'a>(&'a self, policy: &'a NetworkPolicy) -> impl Iterator<Item = &'a NetworkPolicy> {
        let pods: Vec<&Pod> = self.selected(namespace_of(policy), &policy.pod_selector).collect();
        let own = self.of_namespace.get(namespace_of(policy)).map(Vec::as_slice).unwrap_or_default();
        own.iter().filter_map(|&at| self.policies.network.get(at)).filter(move |other| {
            let same = other.pod_selector == policy.pod_selector || other.pod_selector.is_everything();
            same || !pods.is_empty() && pods.iter().all(|pod| other.pod_selector.selects(&pod.labels))
        })
    }

    /// The namespaces that a selector selects.
    pub(super) fn namespaces<'a>(&'a self, selector: &'a Selector) -> impl Iterator<Item = &'a Text> {
        let all = self.cluster.namespaces.iter();
        all.filter(|(_, namespace)| selector.selects(&namespace.labels)).map(|(name, _)| name)
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

/// The namespace of a NetworkPolicy.
pub(super) fn namespace_of(policy: &NetworkPolicy) -> &str {
    policy.name.namespace.as_deref().unwrap_or("default")
}

/// The rules of a direction that count.
pub(super) fn rules(policy: &NetworkPolicy, direction: Direction) -> &[Rule] {
    if policy.isolates(direction) { policy.rules(direction) } else { &[] }
}

/// The items of `toPorts` of a policy.
pub(super) fn port_rules(policy: &CiliumPolicy) -> impl Iterator<Item = &PortRule> {
    policy.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| &rule.ports).flatten()
}

/// The HTTP rules of a policy.
pub(super) fn http_rules(policy: &CiliumPolicy) -> impl Iterator<Item = &HttpRule> {
    port_rules(policy).flat_map(|rule| &rule.rules).flat_map(|rules| &rules.http).flatten()
}

/// What a matcher takes for certain: without those of whom it is not known whether a block holds them.
pub(super) fn certain(matcher: &Matcher) -> Matcher {
    Matcher(matcher.0.iter().filter(|conjunct| conjunct.condition.is_none()).cloned().collect())
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
