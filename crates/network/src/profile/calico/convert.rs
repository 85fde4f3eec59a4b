//! Kubernetes' policies as Calico's own.

use ironsides_tree::Text;

use crate::kinds::calico::expression::Expression;
use crate::kinds::calico::{Action, CalicoPolicy, Entity, Ports, Rule};
use crate::kinds::cluster_network_policy::{self as cluster, ClusterNetworkPolicy, Subject, Tier, Who};
use crate::kinds::network_policy::{self as network, NetworkPolicy, PortNumbers};
use crate::kinds::selector::{Asked, Selector};
use crate::place::{Loss, Place, Problem};
use crate::port::Protocol;
use crate::profile::calico::label;
use crate::rule::Direction;

/// The order that a NetworkPolicy has among Calico's.
const OF_NETWORK_POLICY: f64 = 1000.0;

/// By which policies of one order are sorted: name, namespace and kind, as one text.
pub(super) fn tie_break(policy: &CalicoPolicy) -> String {
    let kind = match policy.name.kind.split_once(".projectcalico.org") {
        Some((kind, _)) => kind.to_owned(),
        None => format!("Kubernetes{}", policy.name.kind),
    };
    format!("{}/{}/{kind}", policy.name.name, policy.name.namespace.as_deref().unwrap_or_default())
}

/// `K8sNetworkPolicyToCalico`.
pub(super) fn network_policy(policy: &NetworkPolicy) -> CalicoPolicy {
    let rules = |direction: Direction| {
        let written = policy.rules(direction).iter();
        policy
            .isolates(direction)
            .then(|| written.flat_map(|rule| of_network_rule(rule, direction)).collect())
    };
    CalicoPolicy {
        name: policy.name.clone(),
        place: policy.place.clone(),
        tier: Text::new("default"),
        order: Some(OF_NETWORK_POLICY),
        selector: pods(&policy.pod_selector),
        namespace_selector: None,
        service_account_selector: None,
        ingress: rules(Direction::Ingress),
        egress: rules(Direction::Egress),
        staged: false,
        for_hosts: false,
    }
}

fn of_network_rule(rule: &network::Rule, direction: Direction) -> Vec<Rule> {
    let traffic = by_protocol(rule.ports.iter().map(|port| (port.protocol, port.port.as_ref())));
    let peer = |peer: &network::Peer| match &peer.ip_block {
        Some(block) => {
            Entity { nets: Some(vec![block.cidr]), not_nets: block.except.clone(), ..Entity::default() }
        }
        None => Entity {
            selector: Some(peer.pod_selector.as_ref().map_or_else(|| pods(&Selector::default()), pods)),
            namespace_selector: peer.namespace_selector.as_ref().map(expression),
            ..Entity::default()
        },
    };
    let mut peers: Vec<_> = rule.peers.iter().map(peer).collect();
    if rule.peers.is_empty() {
        peers.push(Entity::default());
    }
    joined(&rule.place, Action::Allow, direction, &peers, &traffic)
}

/// `K8sClusterNetworkPolicyToCalico`. The kinds of v1alpha1 are no longer enforced.
pub(super) fn cluster_network_policy(
    policy: &ClusterNetworkPolicy,
    problems: &mut Vec<Problem>,
) -> Option<CalicoPolicy> {
    if !policy.refused.is_empty() {
        return None;
    }
    if policy.name.kind != "ClusterNetworkPolicy" {
        let message =
            format!("{}: Calico from 3.32 on does not enforce it; write a ClusterNetworkPolicy", policy.name);
        problems.push(Problem { place: policy.place.clone(), message, loss: Loss::Policy });
        return None;
    }
    let (namespaces, selected) = match &policy.subject {
        Subject::Namespaces(namespaces) => (namespaces, pods(&Selector::default())),
        Subject::Pods { namespaces, pods: selector } => (namespaces, pods(selector)),
        Subject::Nothing => return None,
    };
    let mut rules = |direction: Direction| {
        let written = policy.rules.iter().filter(|rule| rule.direction == direction);
        let made: Vec<_> = written.flat_map(|rule| of_cluster_rule(rule, direction, problems)).collect();
        (!made.is_empty()).then_some(made)
    };
    Some(CalicoPolicy {
        name: policy.name.clone(),
        place: policy.place.clone(),
        tier: Text::new(match policy.tier {
            Tier::Admin => "kube-admin",
            Tier::Baseline => "kube-baseline",
        }),
        order: Some(f64::from(policy.priority)),
        selector: selected,
        namespace_selector: Some(expression(namespaces)),
        service_account_selector: None,
        ingress: rules(Direction::Ingress),
        egress: rules(Direction::Egress),
        staged: false,
        for_hosts: false,
    })
}

fn of_cluster_rule(rule: &cluster::Rule, direction: Direction, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let action = match rule.action {
        cluster::Action::Accept => Action::Allow,
        cluster::Action::Deny => Action::Deny,
        cluster::Action::Pass => Action::Pass,
        cluster::Action::Unknown => return Vec::new(),
    };
    let of_subject = |subject: &Subject| match subject {
        Subject::Namespaces(namespaces) => {
            Some(Entity { namespace_selector: Some(expression(namespaces)), ..Entity::default() })
        }
        Subject::Pods { namespaces, pods: selector } => Some(Entity {
            selector: Some(pods(selector)),
            namespace_selector: Some(expression(namespaces)),
            ..Entity::default()
        }),
        Subject::Nothing => None,
    };
    let peer = |peer: &cluster::Peer| match &peer.who {
        Who::Pods(subject) => of_subject(subject).ok_or("a peer without pods"),
        Who::Networks(networks) => Ok(Entity { nets: Some(networks.clone()), ..Entity::default() }),
        Who::Nodes(_) => Err("nodes as peers"),
        Who::DomainNames(_) => Err("domain names"),
        Who::Unknown => Err("a peer that it does not know"),
    };
    let named = rule.ports.iter().flatten().any(|port| port.protocol.is_none());
    let peers: Result<Vec<_>, _> = rule.peers.iter().map(peer).collect();
    match peers {
        Ok(peers) if !named => {
            let ports = rule.ports.iter().flatten();
            let traffic = by_protocol(ports.filter_map(|port| Some((port.protocol?, port.port.as_ref()))));
            joined(&rule.place, action, direction, &peers, &traffic)
        }
        failed => {
            // What cannot be turned fails closed: an Accept is left out, a Deny and a Pass deny everything.
            let what = failed.err().unwrap_or("named ports");
            let effect = if action == Action::Allow { "it allows nothing" } else { "it denies everything" };
            let message = format!(
                "Calico does not take {what} in a ClusterNetworkPolicy: the rule fails closed, {effect}"
            );
            problems.push(Problem { place: rule.place.clone(), message, loss: Loss::Part });
            if action == Action::Allow {
                Vec::new()
            } else {
                joined(&rule.place, Action::Deny, direction, &[Entity::default()], &[])
            }
        }
    }
}

/// Traffic by protocol: all of it where nothing is listed.
fn by_protocol<'a>(
    ports: impl Iterator<Item = (Protocol, Option<&'a PortNumbers>)>,
) -> Vec<(Protocol, Option<Vec<Ports>>)> {
    let mut traffic: Vec<(Protocol, Option<Vec<Ports>>)> = Vec::new();
    for (protocol, port) in ports {
        let port = port.map(|port| match port {
            PortNumbers::Range(first, last) => Ports::Range(*first, *last),
            PortNumbers::Name(name) => Ports::Name(name.clone()),
        });
        match (traffic.iter_mut().find(|(known, _)| *known == protocol), port) {
            (Some((_, Some(ports))), Some(port)) => ports.push(port),
            // All traffic of a protocol swallows its ports.
            (Some((_, ports)), None) => *ports = None,
            (Some((_, None)), Some(_)) => {}
            (None, port) => traffic.push((protocol, port.map(|port| vec![port]))),
        }
    }
    traffic
}

/// A rule for every peer and protocol.
fn joined(
    place: &Place,
    action: Action,
    direction: Direction,
    peers: &[Entity],
    traffic: &[(Protocol, Option<Vec<Ports>>)],
) -> Vec<Rule> {
    let everything = [(None, None)];
    let listed = traffic.iter().map(|(protocol, ports)| (Some(*protocol), ports.clone()));
    let traffic: Vec<_> = if traffic.is_empty() { everything.to_vec() } else { listed.collect() };
    let mut rules = Vec::new();
    for peer in peers {
        for (protocol, ports) in &traffic {
            let (mut source, mut destination) = match direction {
                Direction::Ingress => (peer.clone(), Entity::default()),
                Direction::Egress => (Entity::default(), peer.clone()),
            };
            destination.ports.clone_from(ports);
            source.ports = None;
            rules.push(Rule {
                place: place.clone(),
                action,
                version: None,
                protocol: *protocol,
                not_protocol: None,
                icmp: None,
                not_icmp: None,
                http: false,
                domains: false,
                source,
                destination,
            });
        }
    }
    rules
}

/// A selector of pods: of nothing else that Calico knows.
fn pods(selector: &Selector) -> Expression {
    Expression::is(label::ORCHESTRATOR, "k8s").and(expression(selector))
}

fn expression(selector: &Selector) -> Expression {
    let requirement = |requirement: &crate::kinds::selector::Requirement| {
        let key = requirement.key.clone();
        match &requirement.operator {
            Asked::In(values) => Expression::In(key, values.clone()),
            Asked::NotIn(values) => Expression::NotIn(key, values.clone()),
            Asked::Exists => Expression::Has(key),
            Asked::DoesNotExist => Expression::Not(Box::new(Expression::Has(key))),
        }
    };
    selector.0.iter().map(requirement).reduce(Expression::and).unwrap_or(Expression::All)
}
