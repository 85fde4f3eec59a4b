//! What Cilium's agent says to the Kubernetes kinds, NetworkPolicy and ClusterNetworkPolicy.
//!
//! It trusts that the API server has looked at them and refuses little itself: values of other types, protocols that it does
//! not know, and in ClusterNetworkPolicy names of domains. On blocks that are none it crashes.

use ironsides_tree::{Cursor, Node, Text, Value};

use super::check::dns_rule;
use super::decode::Decoder;
use super::peer::{FqdnSelector, address, prefix};
use super::port::Port;
use super::{Refusal, Stage};
use crate::rule::Direction;

/// The least and the greatest number of 32 bits.
const INT: (i64, i64) = (i32::MIN as i64, i32::MAX as i64);

/// Why an agent with or without `enable-node-selector-labels` refuses a document of one of these kinds; `None` where it takes
/// it.
pub fn refused(document: u32, root: &Cursor<'_>, node_selector_labels: bool) -> Option<Refusal> {
    let mut reader = Foreign { decoder: Decoder::new(document), first: None, node_selector_labels };
    let spec = reader.decoder.map(root.get("spec")).unwrap_or_else(|| root.get("spec"));
    let cluster = root.get("kind").str() == Some("ClusterNetworkPolicy");
    if cluster {
        reader.decoder.text(&spec.get("tier"));
        reader.decoder.int(&spec.get("priority"), INT.0, INT.1);
        reader.pods(&spec.get("subject"));
    } else {
        reader.decoder.texts(&spec.get("policyTypes"));
        reader.selector(&spec.get("podSelector"));
    }
    for direction in Direction::ALL {
        for rule in reader.decoder.list(&spec.get(direction.field())).unwrap_or_default() {
            let rule = reader.decoder.map(rule.clone()).unwrap_or(rule);
            let peers = match direction {
                Direction::Ingress => rule.get("from"),
                Direction::Egress => rule.get("to"),
            };
            let accepts = !matches!(reader.decoder.text(&rule.get("action")).as_str(), "Deny" | "Pass");
            for peer in reader.decoder.list(&peers).unwrap_or_default() {
                let peer = reader.decoder.map(peer.clone()).unwrap_or(peer);
                if cluster { reader.cluster_peer(&peer, direction, accepts) } else { reader.peer(&peer) }
            }
            reader.ports(&rule);
        }
    }
    reader.decoder.finish().or(reader.first)
}

struct Foreign {
    decoder: Decoder,
    /// What is refused first of what can be decoded.
    first: Option<Refusal>,
    node_selector_labels: bool,
}

impl Foreign {
    fn refuse(&mut self, stage: Stage, at: &Cursor<'_>, message: String) {
        if self.first.is_none() {
            self.first = Some(self.decoder.refusal(stage, at, message));
        }
    }

    fn selector(&mut self, at: &Cursor<'_>) {
        let Some(at) = self.decoder.map(at.clone()) else { return };
        self.decoder.pairs(at.get("matchLabels"));
        for expression in self.decoder.list(&at.get("matchExpressions")).unwrap_or_default() {
            if let Some(expression) = self.decoder.map(expression) {
                self.decoder.text(&expression.get("key"));
                self.decoder.text(&expression.get("operator"));
                self.decoder.texts(&expression.get("values"));
            }
        }
    }

    /// A subject, or a peer that may be pods.
    fn pods(&mut self, at: &Cursor<'_>) {
        let Some(at) = self.decoder.map(at.clone()) else { return };
        self.selector(&at.get("namespaces"));
        if let Some(pods) = self.decoder.map(at.get("pods")) {
            self.selector(&pods.get("namespaceSelector"));
            self.selector(&pods.get("podSelector"));
        }
    }

    fn peer(&mut self, peer: &Cursor<'_>) {
        self.selector(&peer.get("podSelector"));
        self.selector(&peer.get("namespaceSelector"));
        let Some(block) = self.decoder.map(peer.get("ipBlock")) else { return };
        let cidr = block.get("cidr");
        let text = self.decoder.text(&cidr);
        self.block(&cidr, &text);
        for except in self.decoder.list(&block.get("except")).unwrap_or_default() {
            let text = self.decoder.text(&except);
            self.block(&except, &text);
        }
    }

    fn block(&mut self, at: &Cursor<'_>, text: &str) {
        if prefix(text).is_none() && address(text).is_none() {
            let message = format!("`{text}` is no block of addresses, and the agent crashes on it");
            self.refuse(Stage::Panic, at, message);
        }
    }

    /// What is written first in the order of the fields counts: pods, nodes, networks, names.
    fn cluster_peer(&mut self, peer: &Cursor<'_>, direction: Direction, accepts: bool) {
        self.pods(peer);
        let egress = direction == Direction::Egress;
        let pods = peer.get("pods").is_set() || peer.get("namespaces").is_set();
        let nodes = peer.get("nodes");
        let networks = peer.get("networks");
        let names = peer.get("domainNames");
        if !egress {
            return;
        }
        self.selector(&nodes);
        let blocks = self.decoder.list(&networks);
        let domains = self.decoder.list(&names);
        for item in blocks.iter().chain(&domains).flatten() {
            self.decoder.text(item);
        }
        if pods {
            return;
        }
        if nodes.is_set() {
            if !self.node_selector_labels {
                let message = "peers are nodes, which needs the option enable-node-selector-labels";
                self.refuse(Stage::Parse, &nodes, message.into());
            }
        } else if let Some(blocks) = blocks {
            for block in &blocks {
                self.block(block, block.str().unwrap_or_default());
            }
        } else if let Some(domains) = domains {
            if !accepts {
                return self.refuse(Stage::Parse, &names, "names of domains can be accepted only".into());
            }
            for domain in &domains {
                self.domain(domain);
            }
        }
    }

    fn domain(&mut self, at: &Cursor<'_>) {
        let text = Text::new(at.str().unwrap_or_default());
        let pattern = text.starts_with('*');
        let (name, pattern) = if pattern { (Text::default(), text) } else { (text, Text::default()) };
        let rule = FqdnSelector { place: self.decoder.place(at), name, pattern };
        if let Err(problem) = dns_rule(&rule) {
            self.refuse(Stage::Parse, at, problem.message);
        }
    }

    fn ports(&mut self, rule: &Cursor<'_>) {
        for at in self.decoder.list(&rule.get("ports")).unwrap_or_default() {
            let Some(at) = self.decoder.map(at) else { continue };
            self.int_or_text(&at.get("port"));
            self.decoder.int(&at.get("endPort"), INT.0, INT.1);
            let protocol = self.decoder.text(&at.get("protocol"));
            let port = Port { protocol, ..Port::default() };
            if let Some(message) = port.unknown_protocol() {
                self.refuse(Stage::Parse, &at.get("protocol"), message);
            }
        }
        for at in self.decoder.list(&rule.get("protocols")).unwrap_or_default() {
            let Some(at) = self.decoder.map(at) else { continue };
            self.decoder.text(&at.get("destinationNamedPort"));
            for protocol in ["tcp", "udp", "sctp"] {
                let Some(port) = self.decoder.map(at.get(protocol)) else { continue };
                let Some(port) = self.decoder.map(port.get("destinationPort")) else { continue };
                self.decoder.int(&port.get("number"), INT.0, INT.1);
                if let Some(range) = self.decoder.map(port.get("range")) {
                    self.decoder.int(&range.get("start"), INT.0, INT.1);
                    self.decoder.int(&range.get("end"), INT.0, INT.1);
                }
            }
        }
    }

    fn int_or_text(&mut self, at: &Cursor<'_>) {
        if !matches!(at.node().map(Node::value), Some(Value::String(_))) {
            self.decoder.int(at, INT.0, INT.1);
        }
    }
}
