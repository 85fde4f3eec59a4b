//! One packet at a time, straight from the texts: every guess that they leave open is made in turn, and each guess gives one
//! answer. Of the crate it uses the types of what was read and nothing of what decides.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_network::cluster::{Labels, Node, Pod};
use ironsides_network::kinds::cluster_network_policy::{
    Action, ClusterNetworkPolicy, Rule as ClusterRule, Subject, Tier, Who,
};
use ironsides_network::kinds::network_policy::{NetworkPolicy, Peer, PortNumbers};
use ironsides_network::kinds::selector::{Asked, Selector};
use ironsides_network::{Cluster, Direction, Endpoint, Policies, Protocol, Traffic};
use ironsides_tree::Text;

/// What is guessed about a packet.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    /// Whether NetworkPolicy is applied to other protocols than TCP, UDP and SCTP.
    pub(crate) guards_others: bool,
    /// In which order policies of one tier and priority are asked: the first of them by a place in their list.
    pub(crate) first_of_equals: usize,
    /// Where pods run that are on no known node.
    pub(crate) runs_on: Option<usize>,
    /// Whether a node of which nothing was read has whatever labels are asked for.
    pub(crate) on_such_a_node: bool,
    /// The addresses of who has none.
    pub(crate) address: IpAddr,
    /// Over which family ends talk that have both.
    pub(crate) six: bool,
    /// Whether names that nobody has looked up resolve to the address in question.
    pub(crate) resolves: bool,
}

/// Who is at an end of the packet.
#[derive(Clone, Debug)]
struct End<'a> {
    pod: Option<&'a Pod>,
    /// The node that it is or runs on, if it is one of the cluster.
    node: Option<&'a Node>,
    is_node: bool,
    address: IpAddr,
}

pub(crate) struct Slow<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) policies: &'a Policies,
}

impl<'a> Slow<'a> {
    /// Every answer that some guess gives, for one end.
    pub(crate) fn answers(
        &self,
        guesses: &[Guess],
        direction: Direction,
        from: Endpoint,
        to: Endpoint,
        traffic: Traffic,
    ) -> BTreeSet<bool> {
        let mut answers = BTreeSet::new();
        for guess in guesses {
            answers.insert(self.allows(guess, direction, from, to, traffic));
            if answers.len() == 2 {
                break;
            }
        }
        answers
    }

    fn allows(
        &self,
        guess: &Guess,
        direction: Direction,
        from: Endpoint,
        to: Endpoint,
        traffic: Traffic,
    ) -> bool {
        let (from, to) = (self.end(guess, from), self.end(guess, to));
        let (subject, peer) = match direction {
            Direction::Egress => (&from, &to),
            Direction::Ingress => (&to, &from),
        };
        // Policies guard pods; a pod in the network of its node is no pod to them.
        let Some(pod) = subject.pod.filter(|_| !subject.is_node) else { return true };
        let named = to.pod.filter(|_| !to.is_node);
        if let Some(allowed) = self.tier(guess, Tier::Admin, direction, pod, peer, named, traffic) {
            return allowed;
        }
        let own = peer.is_node
            && matches!((peer.node, subject.node), (Some(one), Some(other)) if one.name == other.name);
        if !own && let Some(allowed) = self.network(guess, direction, pod, peer, named, traffic) {
            return allowed;
        }
        self.tier(guess, Tier::Baseline, direction, pod, peer, named, traffic).unwrap_or(true)
    }

    fn end(&self, guess: &Guess, end: Endpoint) -> End<'a> {
        let of = |addresses: &[IpAddr]| {
            let family = addresses.iter().find(|address| address.is_ipv6() == guess.six);
            family.or(addresses.first()).copied().unwrap_or(guess.address)
        };
        match end {
            Endpoint::Address(address) => End { pod: None, node: None, is_node: false, address },
            Endpoint::Node(at) => {
                let node = &self.cluster.nodes[at as usize];
                End { pod: None, node: Some(node), is_node: true, address: of(&node.addresses) }
            }
            Endpoint::Pod(at) => {
                let pod = &self.cluster.pods[at as usize];
                let known = self.cluster.nodes.iter().find(|node| Some(&node.name) == pod.node.as_ref());
                let node = known.or_else(|| self.cluster.nodes.get(guess.runs_on?));
                let addresses = match known.filter(|_| pod.host_network) {
                    Some(node) => &node.addresses,
                    None => &pod.addresses,
                };
                End { pod: Some(pod), node, is_node: pod.host_network, address: of(addresses) }
            }
        }
    }

    fn namespace(&self, pod: &Pod) -> &'a Labels {
        &self.cluster.namespaces[&pod.namespace].labels
    }

    // NetworkPolicy: the union of what all policies allow; whom one selects is shut off otherwise.

    fn network(
        &self,
        guess: &Guess,
        direction: Direction,
        pod: &Pod,
        peer: &End<'_>,
        named: Option<&Pod>,
        traffic: Traffic,
    ) -> Option<bool> {
        let mut isolated = false;
        for policy in &self.policies.network {
            if !policy.refused.is_empty() || policy.name.namespace.as_ref() != Some(&pod.namespace) {
                continue;
            }
            if !selects(&policy.pod_selector, &pod.labels) || !applies(policy, direction) {
                continue;
            }
            isolated = true;
            let rules = if direction == Direction::Ingress { &policy.ingress } else { &policy.egress };
            for rule in rules.iter().flatten() {
                let peers = rule.peers.is_empty()
                    || rule.peers.iter().any(|wanted| self.is_peer(wanted, &pod.namespace, peer));
                let ports = rule.ports.is_empty()
                    || rule
                        .ports
                        .iter()
                        .any(|port| is_port(Some(port.protocol), port.port.as_ref(), named, traffic));
                if peers && ports {
                    return Some(true);
                }
            }
        }
        let guarded = traffic.protocol.has_ports() || guess.guards_others;
        (isolated && guarded).then_some(false)
    }

    fn is_peer(&self, wanted: &Peer, own: &str, peer: &End<'_>) -> bool {
        if let Some(block) = &wanted.ip_block {
            return within(&block.cidr, peer.address)
                && !block.except.iter().any(|net| within(net, peer.address));
        }
        let Some(pod) = peer.pod.filter(|_| !peer.is_node) else { return false };
        let namespace = match &wanted.namespace_selector {
            Some(selector) => selects(selector, self.namespace(pod)),
            None => pod.namespace == own,
        };
        namespace && wanted.pod_selector.as_ref().is_none_or(|selector| selects(selector, &pod.labels))
    }

    // Cluster policies: rule after rule.

    #[expect(clippy::too_many_arguments, reason = "a packet has that many sides")]
    fn tier(
        &self,
        guess: &Guess,
        tier: Tier,
        direction: Direction,
        pod: &Pod,
        peer: &End<'_>,
        named: Option<&Pod>,
        traffic: Traffic,
    ) -> Option<bool> {
        let mut policies: Vec<&ClusterNetworkPolicy> = self
            .policies
            .cluster
            .iter()
            .filter(|policy| policy.refused.is_empty() && policy.tier == tier)
            .filter(|policy| self.is_subject(&policy.subject, pod))
            .collect();
        // Of equals a plug-in may ask any first: turn each group round so that the guessed one is.
        policies.sort_by_key(|policy| policy.priority);
        for group in policies.chunk_by_mut(|one, other| one.priority == other.priority) {
            let turn = guess.first_of_equals % group.len();
            group.rotate_left(turn);
        }
        for policy in policies {
            for rule in policy.rules.iter().filter(|rule| rule.direction == direction) {
                match self.outcome(guess, rule, peer, named, traffic) {
                    Some(Action::Accept) => return Some(true),
                    Some(Action::Pass) => return None,
                    Some(_) => return Some(false),
                    None => {}
                }
            }
        }
        None
    }

    fn outcome(
        &self,
        guess: &Guess,
        rule: &ClusterRule,
        peer: &End<'_>,
        named: Option<&Pod>,
        traffic: Traffic,
    ) -> Option<Action> {
        if rule.peers.iter().any(|wanted| wanted.who == Who::Unknown) {
            return (rule.action != Action::Accept).then_some(Action::Deny);
        }
        let takes = |who: &Who| match who {
            Who::Pods(subject) => {
                peer.pod.filter(|_| !peer.is_node).is_some_and(|pod| self.is_subject(subject, pod))
            }
            Who::Nodes(selector) => match peer.node.filter(|_| peer.is_node) {
                Some(node) => selects(selector, &node.labels),
                None => peer.is_node && (selector.0.is_empty() || guess.on_such_a_node),
            },
            Who::Networks(networks) => networks.iter().any(|net| within(net, peer.address)),
            Who::DomainNames(names) => {
                let outside = peer.pod.is_none() && !peer.is_node;
                let known = |(name, addresses): (&Text, &Vec<IpAddr>)| {
                    addresses.contains(&peer.address) && names.iter().any(|pattern| is_domain(pattern, name))
                };
                let any = self.cluster.names.iter().any(known);
                let guessed = guess.resolves && !self.cluster.names_complete;
                rule.action == Action::Accept && outside && (any || guessed)
            }
            Who::Unknown => false,
        };
        let ports = rule.ports.as_ref().is_none_or(|ports| {
            ports.iter().any(|port| is_port(port.protocol, port.port.as_ref(), named, traffic))
        });
        (ports && rule.peers.iter().any(|peer| takes(&peer.who))).then_some(rule.action)
    }

    fn is_subject(&self, subject: &Subject, pod: &Pod) -> bool {
        match subject {
            Subject::Namespaces(namespaces) => selects(namespaces, self.namespace(pod)),
            Subject::Pods { namespaces, pods } => {
                selects(namespaces, self.namespace(pod)) && selects(pods, &pod.labels)
            }
            Subject::Nothing => false,
        }
    }
}

fn applies(policy: &NetworkPolicy, direction: Direction) -> bool {
    match &policy.policy_types {
        Some(types) => types.contains(&direction),
        None => {
            direction == Direction::Ingress || policy.egress.as_ref().is_some_and(|rules| !rules.is_empty())
        }
    }
}

fn within(net: &IpNet, address: IpAddr) -> bool {
    net.trunc().contains(&address)
}

fn is_port(
    protocol: Option<Protocol>,
    port: Option<&PortNumbers>,
    named: Option<&Pod>,
    traffic: Traffic,
) -> bool {
    let right = match protocol {
        Some(protocol) => protocol == traffic.protocol,
        None => traffic.protocol.has_ports(),
    };
    right
        && match port {
            None => true,
            Some(PortNumbers::Range(first, last)) => *first <= traffic.port && traffic.port <= *last,
            Some(PortNumbers::Name(name)) => named.into_iter().flat_map(|pod| &pod.ports).any(|port| {
                port.name.as_ref() == Some(name)
                    && port.protocol == traffic.protocol
                    && port.number == traffic.port
            }),
        }
}

fn selects(selector: &Selector, labels: &Labels) -> bool {
    selector.0.iter().all(|requirement| {
        let value = labels.get(&requirement.key);
        match &requirement.operator {
            Asked::In(values) => value.is_some_and(|value| values.contains(value)),
            Asked::NotIn(values) => !value.is_some_and(|value| values.contains(value)),
            Asked::Exists => value.is_some(),
            Asked::DoesNotExist => value.is_none(),
        }
    })
}

fn is_domain(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(parent) => name.len() > parent.len() && name.ends_with(parent),
        None => pattern == name,
    }
}
