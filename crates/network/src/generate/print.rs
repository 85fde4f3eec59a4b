//! Drafts as texts: NetworkPolicy and CiliumNetworkPolicy, with comments that say what each rule stands for.

use std::fmt::Write;

use ironsides_tree::{Node, Span as TextSpan, Text, Value, print};

use crate::cluster::Labels;
use crate::generate::PolicyKind;
use crate::generate::asked::{Asked, Asking};
use crate::generate::draft::{Draft, DraftPeer, DraftRule, PeerWho, Span};
use crate::port::Protocol;
use crate::rule::Direction;

/// The widest line of a comment.
const WIDTH: usize = 110;

/// The text of a policy, without a separator of documents.
pub(super) fn policy(draft: &Draft, kind: PolicyKind) -> String {
    let mut out = Page::default();
    out.comment(0, &draft.purpose);
    match kind {
        PolicyKind::NetworkPolicy => network_policy(&mut out, draft),
        PolicyKind::Cilium => cilium_policy(&mut out, draft),
    }
    out.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, indent: usize, text: &str) {
        _ = writeln!(self.text, "{:indent$}{text}", "");
    }

    fn comment(&mut self, indent: usize, text: &str) {
        let mut line = String::new();
        let clean: String =
            text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        for word in clean.split_whitespace() {
            if !line.is_empty() && indent + 2 + line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(indent, &format!("# {line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(indent, &format!("# {line}"));
        }
    }

    fn labels(&mut self, indent: usize, labels: &Labels, prefix: &str) {
        for (key, value) in labels {
            self.line(indent, &format!("{}: {}", scalar(&format!("{prefix}{key}")), scalar(value)));
        }
    }

    /// `key: {}` where there are no labels, else the key with `matchLabels` under it.
    fn selector(&mut self, indent: usize, key: &str, labels: &Labels) {
        if labels.is_empty() {
            self.line(indent, &format!("{key}: {{}}"));
            return;
        }
        let deeper = indent + if key.starts_with("- ") { 4 } else { 2 };
        self.line(indent, &format!("{key}:"));
        self.line(deeper, "matchLabels:");
        self.labels(deeper + 2, labels, "");
    }

    fn head(&mut self, api_version: &str, kind: &str, draft: &Draft) {
        self.line(0, &format!("apiVersion: {api_version}"));
        self.line(0, &format!("kind: {kind}"));
        self.line(0, "metadata:");
        self.line(2, &format!("name: {}", scalar(&draft.name)));
        self.line(2, &format!("namespace: {}", scalar(&draft.namespace)));
        self.line(0, "spec:");
    }
}

/// A text as a scalar that is read back as the same text.
fn scalar(text: &str) -> String {
    print::yaml(&Node::new(Value::from(text), TextSpan::NONE)).trim_end().to_owned()
}

fn network_policy(out: &mut Page, draft: &Draft) {
    out.head("networking.k8s.io/v1", "NetworkPolicy", draft);
    out.selector(2, "podSelector", &draft.subject);
    let types: Vec<&str> = draft.directions.iter().map(|direction| direction.word()).collect();
    out.line(2, &format!("policyTypes: [{}]", types.join(", ")));
    for direction in Direction::ALL {
        let rules: Vec<&DraftRule> = draft.rules.iter().filter(|rule| rule.direction == direction).collect();
        if rules.is_empty() {
            continue;
        }
        out.line(2, &format!("{}:", direction.field()));
        for rule in rules {
            out.line(4, &format!("- {}:", direction.peers()));
            for peer in &rule.peers {
                network_peer(out, peer);
            }
            if !rule.ports.is_empty() {
                out.line(6, "ports:");
                for span in &rule.ports {
                    out.line(8, &format!("- protocol: {}", span.protocol));
                    out.line(10, &format!("port: {}", span.first));
                    if span.last > span.first {
                        out.line(10, &format!("endPort: {}", span.last));
                    }
                }
            }
        }
    }
}

/// The label that the API server gives every namespace.
const NAMESPACE: &str = "kubernetes.io/metadata.name";

fn network_peer(out: &mut Page, peer: &DraftPeer) {
    out.comment(8, &peer.why);
    match &peer.who {
        PeerWho::Pods(labels) => out.selector(8, "- podSelector", labels),
        PeerWho::PodsOf(namespace, labels) => {
            let own: Labels = [(Text::new_static(NAMESPACE), namespace.clone())].into();
            out.selector(8, "- namespaceSelector", &own);
            if !labels.is_empty() {
                out.selector(10, "podSelector", labels);
            }
        }
        PeerWho::Block(block) => {
            out.line(8, "- ipBlock:");
            out.line(12, &format!("cidr: {}", scalar(&block.cidr.to_string())));
            if !block.except.is_empty() {
                let except: Vec<String> =
                    block.except.iter().map(|except| scalar(&except.to_string())).collect();
                out.line(12, "except:");
                for except in except {
                    out.line(14, &format!("- {except}"));
                }
            }
        }
        // Drafts for NetworkPolicy have none of these.
        PeerWho::Entity(_) | PeerWho::Name(_) => {}
    }
}

fn cilium_policy(out: &mut Page, draft: &Draft) {
    out.head("cilium.io/v2", "CiliumNetworkPolicy", draft);
    out.selector(2, "endpointSelector", &draft.subject);
    for direction in Direction::ALL {
        let rules: Vec<&DraftRule> = draft.rules.iter().filter(|rule| rule.direction == direction).collect();
        if rules.is_empty() {
            if draft.directions.contains(&direction) {
                // A rule that takes nothing closes the direction.
                out.line(2, &format!("{}:", direction.field()));
                out.line(4, "- {}");
            }
            continue;
        }
        out.line(2, &format!("{}:", direction.field()));
        for rule in rules {
            cilium_rule(out, rule);
        }
    }
}

/// One rule has peers of one kind; ICMP stands in a rule of its own.
fn cilium_rule(out: &mut Page, rule: &DraftRule) {
    let (icmp, ports): (Vec<Span>, Vec<Span>) =
        rule.ports.iter().copied().partition(|span| !span.protocol.has_ports());
    let side = rule.direction.peers();
    let kind = |peer: &DraftPeer| match peer.who {
        PeerWho::Pods(_) | PeerWho::PodsOf(..) => 0,
        PeerWho::Entity(_) => 1,
        PeerWho::Name(_) => 2,
        PeerWho::Block(_) => 3,
    };
    for (number, field) in ["Endpoints", "Entities", "FQDNs", "CIDRSet"].into_iter().enumerate() {
        let peers: Vec<&DraftPeer> = rule.peers.iter().filter(|peer| kind(peer) == number).collect();
        if peers.is_empty() {
            continue;
        }
        for (spans, is_icmp) in [(&ports, false), (&icmp, true)] {
            if spans.is_empty() && (is_icmp || !rule.ports.is_empty()) {
                continue;
            }
            out.line(4, &format!("- {side}{field}:"));
            for peer in &peers {
                cilium_peer(out, peer);
            }
            if is_icmp {
                out.line(6, "icmps:");
                out.line(8, "- fields:");
                for span in spans {
                    let family = if span.protocol == Protocol::IcmpV6 { "IPv6" } else { "IPv4" };
                    out.line(12, &format!("- family: {family}"));
                    out.line(14, &format!("type: {}", span.first));
                }
            } else if !spans.is_empty() {
                cilium_ports(out, spans, &rule.requests);
            }
        }
    }
}

fn cilium_peer(out: &mut Page, peer: &DraftPeer) {
    out.comment(8, &peer.why);
    match &peer.who {
        PeerWho::Pods(labels) if labels.is_empty() => out.line(8, "- {}"),
        PeerWho::Pods(labels) => {
            out.line(8, "- matchLabels:");
            out.labels(12, labels, "");
        }
        PeerWho::PodsOf(namespace, labels) => {
            out.line(8, "- matchLabels:");
            out.line(12, &format!("k8s:io.kubernetes.pod.namespace: {}", scalar(namespace)));
            out.labels(12, labels, "");
        }
        PeerWho::Entity(entity) => out.line(8, &format!("- {entity}")),
        PeerWho::Name(name) => out.line(8, &format!("- matchName: {}", scalar(name))),
        PeerWho::Block(block) => {
            out.line(8, &format!("- cidr: {}", scalar(&block.cidr.to_string())));
            if !block.except.is_empty() {
                out.line(10, "except:");
                for except in &block.except {
                    out.line(12, &format!("- {}", scalar(&except.to_string())));
                }
            }
        }
    }
}

/// Cilium takes no more ports in one list.
const PORTS: usize = 40;

fn cilium_ports(out: &mut Page, spans: &[Span], requests: &Asking) {
    out.line(6, "toPorts:");
    for spans in spans.chunks(PORTS) {
        out.line(8, "- ports:");
        for span in spans {
            out.line(12, &format!("- port: \"{}\"", span.first));
            if span.last > span.first {
                out.line(14, &format!("endPort: {}", span.last));
            }
            out.line(14, &format!("protocol: {}", span.protocol));
        }
        if requests.kinds.is_empty() {
            continue;
        }
        for wider in &requests.wider {
            out.comment(10, &format!("More than was seen: {wider}."));
        }
        out.line(10, "rules:");
        let dns = requests.kinds.iter().filter(|asked| !matches!(asked, Asked::Http { .. }));
        let http = requests.kinds.iter().filter(|asked| matches!(asked, Asked::Http { .. }));
        for (field, list) in [("dns", dns.collect::<Vec<_>>()), ("http", http.collect())] {
            if list.is_empty() {
                continue;
            }
            out.line(12, &format!("{field}:"));
            for asked in list {
                match asked {
                    Asked::Name(name) => out.line(14, &format!("- matchName: {}", scalar(name))),
                    Asked::Pattern(name) => out.line(14, &format!("- matchPattern: {}", scalar(name))),
                    Asked::Http { method, path } => {
                        let mut fields = Vec::new();
                        if !method.is_empty() {
                            fields.push(format!("method: {}", scalar(method)));
                        }
                        if !path.is_empty() {
                            fields.push(format!("path: {}", scalar(path)));
                        }
                        for (at, field) in fields.iter().enumerate() {
                            let (indent, dash) = if at == 0 { (14, "- ") } else { (16, "") };
                            out.line(indent, &format!("{dash}{field}"));
                        }
                        if fields.is_empty() {
                            out.line(14, "- {}");
                        }
                    }
                }
            }
        }
    }
}
