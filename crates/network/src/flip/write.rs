//! Peers, ports, rules and policies as they are written in each kind.

use std::fmt::Write as _;
use std::net::IpAddr;

use ironsides_tree::print::write_string;
use ironsides_tree::{Node, Text, parse_one};

use crate::cluster::Labels;
use crate::flip::Step;
use crate::name::{Party, PartyKind};
use crate::place::PolicyName;
use crate::port::{Protocol, Traffic};
use crate::rule::Direction;
use crate::state::Change;

/// One end of a connection, as policies can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The pods of a workload.
    Pods { namespace: Text, name: Text, labels: Labels },
    /// A node, by its addresses.
    Node(Vec<IpAddr>),
    /// What is outside, by blocks.
    Outside(Vec<String>),
}

/// The blocks that stand for a party of addresses.
pub(super) fn blocks(party: &Party) -> Vec<String> {
    match party.kind {
        PartyKind::Internet => vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()],
        PartyKind::Block => vec![party.name.clone()],
        _ => party
            .outside
            .ranges()
            .iter()
            .filter(|(first, last)| first == last)
            .map(|(first, _)| whole(*first))
            .collect(),
    }
}

fn whole(address: IpAddr) -> String {
    format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 })
}

/// A tree of a text of JSON.
pub(super) fn node(json: &str) -> Option<Node> {
    parse_one(json).ok()
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_string(text, &mut out);
    out
}

fn labels(labels: &Labels, more: &[(&str, &str)]) -> String {
    let mut out = String::from("{");
    let all = labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).chain(more.iter().copied());
    for (at, (key, value)) in all.enumerate() {
        _ = write!(out, "{}{}: {}", if at > 0 { ", " } else { "" }, quoted(key), quoted(value));
    }
    out + "}"
}

fn selector(own: &Labels, more: &[(&str, &str)]) -> String {
    if own.is_empty() && more.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{matchLabels: {}}}", labels(own, more))
    }
}

/// The label that every namespace has, with its name.
const NAME: &str = "kubernetes.io/metadata.name";

/// `from` or `to`.
pub(super) fn peers_field(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    }
}

/// The peers of a NetworkPolicy.
pub(super) fn plain_peers(end: &End, own: &str) -> Vec<String> {
    match end {
        End::Pods { namespace, labels, .. } if namespace == own => {
            vec![format!("{{podSelector: {}}}", selector(labels, &[]))]
        }
        End::Pods { namespace, labels, .. } => vec![format!(
            "{{namespaceSelector: {}, podSelector: {}}}",
            selector(&Labels::default(), &[(NAME, namespace)]),
            selector(labels, &[])
        )],
        End::Node(addresses) => addresses
            .iter()
            .map(|&address| format!("{{ipBlock: {{cidr: {}}}}}", quoted(&whole(address))))
            .collect(),
        End::Outside(blocks) => {
            blocks.iter().map(|block| format!("{{ipBlock: {{cidr: {}}}}}", quoted(block))).collect()
        }
    }
}

/// A port of a NetworkPolicy.
pub(super) fn plain_port(traffic: Traffic) -> String {
    match traffic.protocol {
        Protocol::Tcp => format!("{{port: {}}}", traffic.port),
        other => format!("{{protocol: {other}, port: {}}}", traffic.port),
    }
}

/// A rule of a NetworkPolicy.
pub(super) fn plain_rule(
    end: &End,
    own: &str,
    direction: Direction,
    traffic: Option<Traffic>,
) -> Option<String> {
    let peers = plain_peers(end, own);
    if peers.is_empty() {
        return None;
    }
    let field = peers_field(direction);
    let ports = traffic.map(|traffic| format!(", ports: [{}]", plain_port(traffic))).unwrap_or_default();
    Some(format!("{{{field}: [{}]{ports}}}", peers.join(", ")))
}

/// The peers of a rule of Cilium: a field and its items.
pub(super) fn cilium_peers(
    end: &End,
    own: Option<&str>,
    direction: Direction,
) -> Option<(String, Vec<String>)> {
    let field = peers_field(direction);
    match end {
        End::Pods { namespace, labels, .. } => {
            let foreign = [("io.kubernetes.pod.namespace", namespace.as_str())];
            let more: &[(&str, &str)] = if own == Some(namespace.as_str()) { &[] } else { &foreign };
            Some((format!("{field}Endpoints"), vec![selector(labels, more)]))
        }
        End::Node(_) => Some((format!("{field}Entities"), vec!["host".to_owned(), "remote-node".to_owned()])),
        End::Outside(blocks) if blocks.is_empty() => None,
        End::Outside(blocks) => {
            Some((format!("{field}CIDR"), blocks.iter().map(|block| quoted(block)).collect()))
        }
    }
}

/// The ports of a rule of Cilium.
pub(super) fn cilium_port(traffic: Traffic) -> String {
    format!("{{port: \"{}\", protocol: {}}}", traffic.port, traffic.protocol)
}

/// A rule of Cilium.
pub(super) fn cilium_rule(
    end: &End,
    own: Option<&str>,
    direction: Direction,
    traffic: Option<Traffic>,
) -> Option<String> {
    let (field, items) = cilium_peers(end, own, direction)?;
    let ports = traffic.map(|traffic| format!(", toPorts: [{{ports: [{}]}}]", cilium_port(traffic)));
    Some(format!("{{{field}: [{}]{}}}", items.join(", "), ports.unwrap_or_default()))
}

/// A peer of a ClusterNetworkPolicy or one of its predecessors.
pub(super) fn cluster_peers(end: &End, direction: Direction) -> Option<String> {
    match end {
        End::Pods { namespace, labels, .. } => Some(format!(
            "{{pods: {{namespaceSelector: {}, podSelector: {}}}}}",
            selector(&Labels::default(), &[(NAME, namespace)]),
            selector(labels, &[])
        )),
        End::Outside(blocks) if direction == Direction::Egress && !blocks.is_empty() => {
            let blocks: Vec<String> = blocks.iter().map(|block| quoted(block)).collect();
            Some(format!("{{networks: [{}]}}", blocks.join(", ")))
        }
        End::Outside(_) | End::Node(_) => None,
    }
}

/// A rule of a ClusterNetworkPolicy, or of AdminNetworkPolicy where `old`.
pub(super) fn cluster_rule(
    action: &str,
    end: &End,
    direction: Direction,
    traffic: Option<Traffic>,
    old: bool,
) -> Option<String> {
    let peer = cluster_peers(end, direction)?;
    let field = peers_field(direction);
    let ports = traffic.map(|Traffic { protocol, port }| {
        if old {
            format!(", ports: [{{portNumber: {{protocol: {protocol}, port: {port}}}}}]")
        } else {
            let protocol = protocol.to_string().to_lowercase();
            format!(", protocols: [{{{protocol}: {{destinationPort: {{number: {port}}}}}}}]")
        }
    });
    Some(format!("{{action: {action}, {field}: [{peer}]{}}}", ports.unwrap_or_default()))
}

/// A new policy as a step.
pub(super) fn policy(
    (api_version, kind): (&str, &str),
    namespace: Option<&str>,
    name: &str,
    spec: &str,
) -> Option<Step> {
    let within = namespace.map(|namespace| format!(", namespace: {}", quoted(namespace))).unwrap_or_default();
    let text = format!(
        "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: {}{within}}}, spec: {spec}}}",
        quoted(name)
    );
    let root = node(&text)?;
    Some(Step {
        change: Change::Add(root.clone()),
        policy: PolicyName {
            kind: Text::new(kind),
            namespace: namespace.map(Text::new),
            name: Text::new(name),
        },
        what: "add a policy".to_owned(),
        path: String::new(),
        value: Some(root),
    })
}

/// The selector of the pods of a workload.
pub(super) fn pods(own: &Labels) -> String {
    selector(own, &[])
}

/// Whom a ClusterNetworkPolicy guards.
pub(super) fn cluster_subject(namespace: &str, own: &Labels) -> String {
    format!(
        "{{pods: {{namespaceSelector: {}, podSelector: {}}}}}",
        selector(&Labels::default(), &[(NAME, namespace)]),
        selector(own, &[])
    )
}

/// A name for a policy about two ends: `allow-web-to-db`, within the length that names may have.
pub(super) fn name(verb: &str, from: &End, to: &End) -> String {
    let word = |end: &End| match end {
        End::Pods { name, .. } => name.to_string(),
        End::Node(_) => "nodes".to_owned(),
        End::Outside(_) => "outside".to_owned(),
    };
    let name = format!("{verb}-{}-to-{}", word(from), word(to));
    name.chars().take(63).collect::<String>().trim_end_matches(['-', '.']).to_owned()
}
