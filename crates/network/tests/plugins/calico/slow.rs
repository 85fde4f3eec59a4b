//! One packet at a time as Calico's documents tell it: tiers by their order, policies by theirs, rules from top to bottom. Of
//! the crate it uses the types of what was read and nothing of what lowers or decides.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_network::cluster::Pod;
use ironsides_network::kinds::calico::{Action, CalicoPolicy, Entity, Ports, Rule};
use ironsides_network::kinds::cluster_network_policy::{
    self as cluster, Action as Written, ClusterNetworkPolicy, Subject, Tier, Who as Wanted,
};
use ironsides_network::kinds::network_policy::{self as network, NetworkPolicy, PortNumbers};
use ironsides_network::kinds::selector::Selector;
use ironsides_network::{Cluster, Direction, Endpoint, Policies, Protocol, Traffic};
use ironsides_tree::Text;

use crate::calico::who::{Place, Who, is_in, is_named, selects};

/// What is guessed about a packet.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    /// Over which family ends talk that have both.
    pub(crate) six: bool,
    /// The address of who has none.
    pub(crate) address: IpAddr,
    /// Whether it comes from a port that a rule names, has the code that one names, is a request that one names.
    pub(crate) port: bool,
    pub(crate) code: bool,
    pub(crate) request: bool,
    /// Whether a host endpoint drops it.
    pub(crate) dropped: bool,
    /// Whether an end of which nobody knows the node is on that of the other.
    pub(crate) near: bool,
}

/// One packet at one end.
struct Packet<'a> {
    direction: Direction,
    from: Who<'a>,
    to: Who<'a>,
    traffic: Traffic,
}

pub(crate) struct Slow<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) policies: &'a Policies,
}

/// A policy of any kind.
#[derive(Clone, Copy)]
enum Policy<'a> {
    Own(&'a CalicoPolicy),
    Network(&'a NetworkPolicy),
    Cluster(&'a ClusterNetworkPolicy),
}

impl Slow<'_> {
    /// What an end says, under every guess.
    pub(crate) fn answers(
        &self,
        guesses: &[Guess],
        direction: Direction,
        (from, to): (Endpoint, Endpoint),
        traffic: Traffic,
    ) -> BTreeSet<bool> {
        let says = |guess: &Guess| {
            let place = Place { cluster: self.cluster, guess };
            let packet = Packet { direction, from: place.see(from), to: place.see(to), traffic };
            self.allows(place, &packet)
        };
        guesses.iter().map(says).collect()
    }

    fn allows<'g>(&self, place: Place<'g>, packet: &Packet<'g>) -> bool {
        let (subject, peer) = match packet.direction {
            Direction::Egress => (&packet.from, &packet.to),
            Direction::Ingress => (&packet.to, &packet.from),
        };
        let Some(pod) = subject.pod else {
            let guarded =
                |node: &Text| self.policies.calico.host_endpoints.iter().any(|host| host.node == *node);
            let is_guarded = subject.is_node && subject.node.is_some_and(|node| guarded(&node.name));
            return !(is_guarded && place.guess.dropped);
        };
        let own = match (peer.node.filter(|_| peer.is_node), subject.node) {
            (Some(one), Some(other)) => one.name == other.name,
            _ => peer.is_node && place.guess.near,
        };
        if packet.direction == Direction::Ingress && own {
            return true;
        }
        for (tier, passes) in self.tiers() {
            let mut guarded = false;
            let mut outcome = None;
            for policy in self.in_tier(&tier) {
                if !self.guards(place, policy, pod, packet.direction) {
                    continue;
                }
                guarded = true;
                outcome = self.outcome(place, policy, packet);
                if outcome.is_some() {
                    break;
                }
            }
            match outcome {
                Some(Action::Allow) => return true,
                Some(Action::Deny) => return false,
                None if guarded && !passes => return false,
                Some(Action::Pass | Action::Log) | None => {}
            }
        }
        true
    }

    /// The names of the tiers in their order, and whether what none of their rules takes goes on.
    fn tiers(&self) -> Vec<(Text, bool)> {
        let mut tiers: Vec<(f64, Text, bool)> = vec![
            (1e3, "kube-admin".into(), true),
            (1e6, "default".into(), false),
            (1e7, "kube-baseline".into(), true),
        ];
        for tier in &self.policies.calico.tiers {
            tiers.retain(|(_, name, _)| *name != tier.name);
            tiers.push((tier.order.unwrap_or(f64::INFINITY), tier.name.clone(), tier.passes));
        }
        tiers.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        tiers.into_iter().map(|(_, name, passes)| (name, passes)).collect()
    }

    fn in_tier(&self, tier: &str) -> Vec<Policy<'_>> {
        let mut all: Vec<(f64, &str, Policy<'_>)> = Vec::new();
        for policy in &self.policies.calico.policies {
            if policy.tier == tier && !policy.staged && !policy.for_hosts {
                all.push((policy.order.unwrap_or(f64::INFINITY), &policy.name.name, Policy::Own(policy)));
            }
        }
        let networks =
            self.policies.network.iter().filter(|policy| policy.refused.is_empty() && tier == "default");
        all.extend(networks.map(|policy| (1000.0, policy.name.name.as_str(), Policy::Network(policy))));
        let is_there = |policy: &&ClusterNetworkPolicy| {
            let own = if policy.tier == Tier::Admin { "kube-admin" } else { "kube-baseline" };
            policy.name.kind == "ClusterNetworkPolicy" && policy.refused.is_empty() && own == tier
        };
        let cluster = self.policies.cluster.iter().filter(is_there);
        all.extend(
            cluster.map(|policy| {
                (f64::from(policy.priority), policy.name.name.as_str(), Policy::Cluster(policy))
            }),
        );
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
        all.into_iter().map(|(.., policy)| policy).collect()
    }

    fn guards<'g>(&self, place: Place<'g>, policy: Policy<'_>, pod: &'g Pod, direction: Direction) -> bool {
        match policy {
            Policy::Own(policy) => {
                let rules = if direction == Direction::Ingress { &policy.ingress } else { &policy.egress };
                rules.is_some() && place.guards(policy, pod)
            }
            Policy::Network(policy) => {
                let types = policy.policy_types.as_ref();
                let egress = policy.egress.as_ref().is_some_and(|rules| !rules.is_empty());
                let isolates = types
                    .map_or(direction == Direction::Ingress || egress, |types| types.contains(&direction));
                isolates
                    && policy.name.namespace.as_ref() == Some(&pod.namespace)
                    && selects(&policy.pod_selector, &pod.labels)
            }
            Policy::Cluster(policy) => {
                let labels = &self.cluster.namespaces[&pod.namespace].labels;
                match &policy.subject {
                    Subject::Namespaces(namespaces) => selects(namespaces, labels),
                    Subject::Pods { namespaces, pods } => {
                        selects(namespaces, labels) && selects(pods, &pod.labels)
                    }
                    Subject::Nothing => false,
                }
            }
        }
    }

    /// What the first rule of a policy that takes a packet does with it.
    fn outcome<'g>(&self, place: Place<'g>, policy: Policy<'_>, packet: &Packet<'g>) -> Option<Action> {
        match policy {
            Policy::Own(policy) => {
                let ingress = packet.direction == Direction::Ingress;
                let rules = if ingress { &policy.ingress } else { &policy.egress };
                let own = policy.name.namespace.as_deref();
                let mut taking = rules.iter().flatten().filter(|rule| takes(place, rule, own, packet));
                taking.find(|rule| rule.action != Action::Log).map(|rule| rule.action)
            }
            Policy::Network(policy) => {
                let rules = match packet.direction {
                    Direction::Ingress => &policy.ingress,
                    Direction::Egress => &policy.egress,
                };
                let own = policy.name.namespace.as_deref().unwrap_or_default();
                let mut rules = rules.iter().flatten();
                rules.any(|rule| self.takes_network(place, rule, own, packet)).then_some(Action::Allow)
            }
            Policy::Cluster(policy) => {
                let mut rules = policy.rules.iter().filter(|rule| rule.direction == packet.direction);
                rules.find_map(|rule| self.takes_cluster(place, rule, packet))
            }
        }
    }

    fn takes_network<'g>(
        &self,
        place: Place<'g>,
        rule: &network::Rule,
        own: &str,
        packet: &Packet<'g>,
    ) -> bool {
        let peer = if packet.direction == Direction::Ingress { &packet.from } else { &packet.to };
        let everything = Selector::default();
        let is = |wanted: &network::Peer| {
            if let Some(block) = &wanted.ip_block {
                return is_in(&block.cidr, peer.address)
                    && !block.except.iter().any(|net| is_in(net, peer.address));
            }
            let pods = wanted.pod_selector.as_ref().unwrap_or(&everything);
            place.is_pod(own, wanted.namespace_selector.as_ref(), pods, peer)
        };
        let port = |port: &network::Port| is_port(Some(port.protocol), port.port.as_ref(), packet);
        (rule.peers.is_empty() || rule.peers.iter().any(is))
            && (rule.ports.is_empty() || rule.ports.iter().any(port))
    }

    /// What Calico has no form for fails closed: an Accept takes nothing, all else denies everything.
    fn takes_cluster<'g>(
        &self,
        place: Place<'g>,
        rule: &cluster::Rule,
        packet: &Packet<'g>,
    ) -> Option<Action> {
        let foreign = |peer: &cluster::Peer| {
            matches!(peer.who, Wanted::Nodes(_) | Wanted::DomainNames(_) | Wanted::Unknown)
        };
        let named = rule.ports.iter().flatten().any(|port| port.protocol.is_none());
        if named || rule.peers.iter().any(foreign) {
            return (rule.action != Written::Accept).then_some(Action::Deny);
        }
        let peer = if packet.direction == Direction::Ingress { &packet.from } else { &packet.to };
        let is = |wanted: &cluster::Peer| match &wanted.who {
            Wanted::Pods(Subject::Namespaces(namespaces)) => place.is_in_namespaces(namespaces, peer),
            Wanted::Pods(Subject::Pods { namespaces, pods }) => {
                place.is_pod("", Some(namespaces), pods, peer)
            }
            Wanted::Networks(networks) => networks.iter().any(|net| is_in(net, peer.address)),
            _ => false,
        };
        let ports = rule
            .ports
            .as_ref()
            .is_none_or(|ports| ports.iter().any(|port| is_port(port.protocol, port.port.as_ref(), packet)));
        let action = match rule.action {
            Written::Accept => Action::Allow,
            Written::Pass => Action::Pass,
            _ => Action::Deny,
        };
        (ports && rule.peers.iter().any(is)).then_some(action)
    }
}

fn is_port(protocol: Option<Protocol>, port: Option<&PortNumbers>, packet: &Packet<'_>) -> bool {
    let traffic = packet.traffic;
    protocol == Some(traffic.protocol)
        && match port {
            None => true,
            Some(PortNumbers::Range(first, last)) => (*first..=*last).contains(&traffic.port),
            Some(PortNumbers::Name(name)) => is_named(name, &packet.to, traffic),
        }
}

/// Whether a rule of Calico's own takes a packet.
fn takes<'g>(place: Place<'g>, rule: &Rule, own: Option<&str>, packet: &Packet<'g>) -> bool {
    let (guess, traffic) = (place.guess, packet.traffic);
    let peer = if packet.direction == Direction::Ingress { &packet.from } else { &packet.to };
    let version = rule.version.is_none_or(|version| (version == 4) == peer.address.is_ipv4());
    let protocol = rule.protocol.is_none_or(|protocol| protocol == traffic.protocol)
        && rule.not_protocol != Some(traffic.protocol);
    let icmp =
        |(kind, code): (u8, Option<u8>)| traffic.port == u16::from(kind) && (code.is_none() || guess.code);
    let ports = |entity: &Entity| {
        entity.ports.as_ref().is_none_or(|ports| ports.iter().any(|port| is_at(port, packet)))
            && !entity.not_ports.iter().any(|port| is_at(port, packet))
    };
    let from_ports = rule.source.ports.is_some() || !rule.source.not_ports.is_empty();
    let service = |entity: &Entity, who: &Who<'g>, traffic: Option<Traffic>| match &entity.service {
        Some(service) => place.serves(service, who, traffic),
        None => true,
    };
    version
        && protocol
        && rule.icmp.is_none_or(icmp)
        && !rule.not_icmp.is_some_and(icmp)
        && (!rule.http || guess.request)
        && (!from_ports || guess.port)
        && ports(&rule.destination)
        && service(&rule.source, &packet.from, None)
        && service(&rule.destination, &packet.to, Some(traffic))
        && place.is(&rule.source, own, &packet.from)
        && place.is(&rule.destination, own, &packet.to)
}

fn is_at(port: &Ports, packet: &Packet<'_>) -> bool {
    match port {
        Ports::Range(first, last) => (*first..=*last).contains(&packet.traffic.port),
        Ports::Name(name) => is_named(name, &packet.to, packet.traffic),
    }
}
