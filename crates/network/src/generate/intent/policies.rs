//! What policies that are there say of who calls whom: a rule that lets one workload in at another means that the first calls
//! it, so that its own end has to be open, too.

use std::collections::BTreeSet;

use ironsides_tree::Text;

use super::Finder;
use crate::cluster::{Cluster, ContainerPort, Labels, Pod};
use crate::flow::Who;
use crate::generate::{Caller, Note, NoteKind};
use crate::kinds::Policies;
use crate::kinds::network_policy::{NetworkPolicy, Peer, PortNumbers, Rule};
use crate::kinds::selector::{Asked, Selector};
use crate::port::Traffic;
use crate::rule::Direction;

/// So many ports of a range are taken one by one; a wider one names no port.
const RANGE: u16 = 16;

impl Finder<'_> {
    /// Rules that name workloads at both ends, and ports.
    pub(super) fn policies(&mut self, policies: &Policies) {
        for policy in policies.network.iter().filter(|policy| policy.refused.is_empty()) {
            let own = self.selected(policy, None, &policy.pod_selector);
            if own.is_empty() || policy.pod_selector.is_everything() {
                continue;
            }
            let why = format!("{}", policy.name);
            for (direction, rule) in named_rules(policy) {
                for peer in rule.peers.iter().filter_map(|peer| Some((peer, labelled(peer)?))) {
                    let others = self.selected(policy, Some(peer.0), peer.1);
                    if others.is_empty() {
                        continue;
                    }
                    let (from, to) = match direction {
                        Direction::Ingress => (&others, &own),
                        Direction::Egress => (&own, &others),
                    };
                    for traffic in self.traffic(rule, to) {
                        self.add(Caller::Who(Who::Pods(from.clone())), Who::Pods(to.clone()), traffic, &why);
                    }
                }
            }
        }
    }

    /// The pods that a selector takes, in the namespace of the policy or where the peer says.
    fn selected(&self, policy: &NetworkPolicy, peer: Option<&Peer>, selector: &Selector) -> Vec<u32> {
        let namespaces = peer.and_then(|peer| peer.namespace_selector.as_ref());
        let is_in = |namespace: &Text| match namespaces {
            None => policy.name.namespace.as_ref() == Some(namespace),
            Some(selector) => {
                self.cluster.namespaces.get(namespace).is_some_and(|known| selector.selects(&known.labels))
            }
        };
        let takes = |pod: &Pod| !pod.host_network && is_in(&pod.namespace) && selector.selects(&pod.labels);
        (0..).zip(&self.cluster.pods).filter(|(_, pod)| takes(pod)).map(|(at, _)| at).collect()
    }

    /// The ports of a rule, at those who are called.
    fn traffic(&self, rule: &Rule, to: &[u32]) -> BTreeSet<Traffic> {
        let mut found = BTreeSet::new();
        for port in &rule.ports {
            let protocol = port.protocol;
            match &port.port {
                Some(PortNumbers::Range(first, last)) if last.saturating_sub(*first) < RANGE => {
                    found.extend((*first..=*last).map(|port| Traffic { protocol, port }));
                }
                Some(PortNumbers::Name(name)) => {
                    let pods = to.iter().filter_map(|&at| self.cluster.pods.get(at as usize));
                    let ports = pods.flat_map(|pod| &pod.ports);
                    let named =
                        ports.filter(|own| own.name.as_ref() == Some(name) && own.protocol == protocol);
                    found.extend(named.map(|own| Traffic { protocol, port: own.number }));
                }
                _ => {}
            }
        }
        found
    }
}

/// The rules of a policy that are in force, with their directions.
fn named_rules(policy: &NetworkPolicy) -> impl Iterator<Item = (Direction, &Rule)> {
    let of = |direction| policy.rules(direction).iter().map(move |rule| (direction, rule));
    Direction::ALL.into_iter().filter(|&direction| policy.isolates(direction)).flat_map(of)
}

/// The selector of pods of a peer, if it names some.
fn labelled(peer: &Peer) -> Option<&Selector> {
    peer.pod_selector.as_ref().filter(|selector| !selector.is_everything())
}

/// Adds the pods that policies name in namespaces of which nothing else is known, so that rules can be made for them: one for
/// each set of labels.
pub fn named_by_policies(cluster: &mut Cluster, policies: &Policies) -> Vec<Note> {
    let known: BTreeSet<Text> = cluster.pods.iter().map(|pod| pod.namespace.clone()).collect();
    let mut named: BTreeSet<(Text, Labels)> = BTreeSet::new();
    let mut ports: Vec<(Text, Labels, ContainerPort)> = Vec::new();
    let taken = policies.network.iter().filter(|policy| policy.refused.is_empty());
    for policy in
        taken.filter(|policy| policy.name.namespace.as_ref().is_some_and(|own| !known.contains(own)))
    {
        let Some(namespace) = policy.name.namespace.clone() else { continue };
        if let Some(labels) = plain(&policy.pod_selector) {
            for rule in policy.rules(Direction::Ingress) {
                for port in &rule.ports {
                    if let Some(PortNumbers::Range(first, last)) = &port.port
                        && first == last
                    {
                        let port = ContainerPort { name: None, number: *first, protocol: port.protocol };
                        ports.push((namespace.clone(), labels.clone(), port));
                    }
                }
            }
            named.insert((namespace.clone(), labels));
        }
        for (_, rule) in named_rules(policy) {
            let own = rule.peers.iter().filter(|peer| peer.namespace_selector.is_none());
            let labels = own.filter_map(|peer| plain(peer.pod_selector.as_ref()?));
            named.extend(labels.map(|labels| (namespace.clone(), labels)));
        }
    }
    let mut notes = Vec::new();
    for (namespace, labels) in named {
        let told: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let text = format!(
            "no pods of {namespace} are known, and policies name some with {}: rules are made as if these were there",
            told.join(", ")
        );
        notes.push(Note { kind: NoteKind::Assumed, text });
        let name =
            ["app.kubernetes.io/name", "app", "k8s-app", "name"].iter().find_map(|key| labels.get(*key));
        let name = name.or(labels.values().next()).cloned().unwrap_or_default();
        let own = ports.iter().filter(|(of, own, _)| (of, own) == (&namespace, &labels));
        let own = own.map(|(.., port)| port.clone()).collect();
        cluster.add_namespace(&namespace);
        cluster.pods.push(Pod {
            namespace,
            name: name.clone(),
            workload_kind: Text::new_static("Pod"),
            workload: name,
            labels,
            ports: own,
            replicas: 1,
            ..Pod::default()
        });
    }
    notes
}

/// The labels that a selector asks for, if it asks for nothing else.
fn plain(selector: &Selector) -> Option<Labels> {
    let label = |requirement: &crate::kinds::selector::Requirement| match &requirement.operator {
        Asked::In(values) if values.len() == 1 => Some((requirement.key.clone(), values.first()?.clone())),
        _ => None,
    };
    let labels: Option<Labels> = selector.0.iter().map(label).collect();
    labels.filter(|labels| !labels.is_empty())
}
