//! The rules that the agent made of a document, in a form that can be compared.
//!
//! A rule is told by whom it guards, against whom, on which traffic, and by what a proxy asks; rules that differ in their peers
//! alone are one. Peers that no address has (groups that nobody declared, aggregates) are left out.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_network::AddressSet;
use ironsides_network::address::block;
use ironsides_network::kinds::cilium::peer::prefix;
use ironsides_network::kinds::cilium::port::PortText;
use ironsides_network::kinds::cilium::{DnsRule, HeaderMatch, HttpRule, Mismatch, Port, Secret};
use ironsides_network::l7::{DnsRules, HttpRules};
use serde::Deserialize;
use serde_json::Value;

/// A rule as it was recorded.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    ingress: bool,
    tier: String,
    #[serde(default)]
    priority: f64,
    verdict: String,
    default_deny: bool,
    #[serde(default)]
    node: bool,
    subject: String,
    peers: Option<Vec<String>>,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    l7: Vec<Value>,
    auth: Option<String>,
}

/// What a rule says but for its peers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// In the order in which rules decide.
    pub(super) level: u32,
    pub(super) direction: &'static str,
    pub(super) verdict: String,
    pub(super) subject: String,
    /// `None` for all traffic.
    pub(super) ports: Option<BTreeSet<String>>,
    pub(super) l7: BTreeSet<String>,
    pub(super) auth: Option<String>,
}

/// Rules with their peers, and which directions are guarded for whom.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) rules: BTreeMap<Key, BTreeSet<String>>,
    pub(super) guards: BTreeSet<String>,
}

impl Rules {
    /// Everything in one text. Levels count from 0.
    pub(super) fn text(self) -> String {
        let levels: BTreeSet<u32> = self.rules.keys().map(|key| key.level).collect();
        let level = |key: &Key| levels.iter().position(|level| *level == key.level).unwrap_or_default();
        let mut lines: Vec<String> = self
            .rules
            .iter()
            .filter(|(_, peers)| !peers.is_empty())
            .map(|(key, peers)| {
                let Key { direction, verdict, subject, ports, l7, auth, .. } = key;
                let peers = if peers.contains("") { "everyone".to_owned() } else { format!("{peers:?}") };
                let level = level(key);
                format!(
                    "{level} {verdict} {direction} of {subject:?} with {peers} on {ports:?} {l7:?} {auth:?}"
                )
            })
            .collect();
        lines.sort();
        lines.extend(self.guards);
        lines.join("\n")
    }

    pub(super) fn add(&mut self, key: Key, peers: impl IntoIterator<Item = String>) {
        self.rules.entry(key).or_default().extend(peers);
    }

    pub(super) fn guard(&mut self, direction: &str, closed: bool, subject: &str) {
        let state = if closed { "closed" } else { "guarded" };
        self.guards.insert(format!("{direction} is {state} for {subject:?}"));
    }
}

/// The rules of a document.
pub(super) fn rules(recorded: &[Rule]) -> Rules {
    let mut rules = Rules::default();
    for rule in recorded {
        let direction = if rule.ingress { "ingress" } else { "egress" };
        // No subject is nobody.
        if rule.subject.is_empty() {
            continue;
        }
        let subject = subject(&rule.subject, rule.node);
        rules.guard(direction, rule.default_deny, &subject);
        let ports =
            (!rule.ports.is_empty()).then(|| rule.ports.iter().flat_map(|port| ports(port)).collect());
        let peers = match &rule.peers {
            None => continue,
            Some(peers) if peers.is_empty() && ports.is_none() => continue,
            Some(peers) if peers.is_empty() => vec![String::new()],
            Some(peers) => peers.iter().filter_map(|peer| self::peer(peer)).collect(),
        };
        let tier = match rule.tier.as_str() {
            "Admin" => 0,
            "Normal" => 1_000_000,
            _ => 2_000_000,
        };
        let key = Key {
            level: tier + hundredths(rule.priority),
            direction,
            verdict: rule.verdict.clone(),
            subject,
            ports,
            l7: rule.l7.iter().filter_map(proxy).collect(),
            auth: rule.auth.as_deref().and_then(authentication).map(str::to_owned),
        };
        rules.add(key, peers);
    }
    rules
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to some thousand")]
fn hundredths(priority: f64) -> u32 {
    (priority * 100.0).round() as u32
}

/// Modes that are none count as absent.
fn authentication(mode: &str) -> Option<&'static str> {
    match mode {
        "required" => Some("Required"),
        "disabled" => Some("Disabled"),
        "test-always-fail" => Some("AlwaysFail"),
        _ => None,
    }
}

/// Conditions on labels, sorted.
pub(super) fn joined(conditions: impl IntoIterator<Item = String>) -> String {
    let conditions: BTreeSet<String> = conditions.into_iter().collect();
    conditions.into_iter().collect::<Vec<_>>().join(" & ")
}

/// One condition. Cilium's own labels have no values.
pub(super) fn condition(key: &str, operator: &str, values: &[&str]) -> String {
    let key = if key.contains(':') { key.to_owned() } else { format!("k8s:{key}") };
    let mut values = values.to_vec();
    values.sort_unstable();
    match operator {
        "In" if key.starts_with("reserved:") && values == [""] => format!("{key} Exists"),
        "In" | "NotIn" => format!("{key} {operator} {values:?}"),
        operator => format!("{key} {operator}"),
    }
}

/// That a pod is in some namespace says nothing of a subject, which is a pod.
pub(super) const ANY_NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace Exists";

fn subject(text: &str, node: bool) -> String {
    let mut conditions = conditions(text);
    conditions.retain(|condition| condition != ANY_NAMESPACE);
    if node {
        let of_node = |condition: String| match condition.split_once(':') {
            Some((source, rest)) if source != "reserved" => format!("node:{rest}"),
            _ => condition,
        };
        conditions = conditions.into_iter().map(of_node).collect();
        conditions.push("reserved:host Exists".to_owned());
    }
    joined(conditions)
}

/// The conditions of a selector as Go prints it.
fn conditions(text: &str) -> Vec<String> {
    let between = |text: &str, from: &str, to: &str| -> String {
        let after = text.split_once(from).map_or("", |(_, after)| after);
        after.split_once(to).map_or(after, |(inner, _)| inner).to_owned()
    };
    let labels = between(text, "map[string]string{", "}");
    let labels = labels.split(',').filter_map(|label| label.split_once(": "));
    let mut all: Vec<String> = labels.map(|(key, value)| condition(key, "In", &[value])).collect();
    for expression in text.split("LabelSelectorRequirement{Key:").skip(1) {
        let key = expression.split(',').next().unwrap_or_default();
        let operator = between(expression, "Operator:", ",");
        let values = between(expression, "Values:[", "]");
        let values: Vec<&str> = values.split_whitespace().collect();
        all.push(condition(key, &operator, &values));
    }
    all
}

/// A peer; empty for everyone, `None` for whom nobody is.
fn peer(text: &str) -> Option<String> {
    if let Some(names) = text.strip_prefix("MatchName: ") {
        let (name, pattern) = names.split_once(", MatchPattern: ")?;
        return Some(format!("name {}", if name.is_empty() { pattern } else { name }));
    }
    if text.starts_with('[') {
        return blocks(text);
    }
    let conditions = conditions(text);
    let nobody = |condition: &String| {
        condition.starts_with("reserved:aggregate-") || condition.contains("extgrp.cilium.io")
    };
    (!conditions.iter().any(nobody)).then(|| joined(conditions))
}

/// `[cidr:10.0.0.0/8<exists>[],cidr:10.1.0.0/16<!>[]]`.
fn blocks(text: &str) -> Option<String> {
    if text == "[]" {
        return Some(String::new());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut set: Option<AddressSet> = None;
    for item in inner.split("],") {
        let (key, operator) = item.split_once('<')?;
        let listed = match key {
            "reserved:world" | "reserved:world-ipv4" => block("0.0.0.0/0"),
            "reserved:world-ipv6" => block("::/0"),
            key => key.strip_prefix("cidr:").and_then(prefix),
        };
        let listed = listed.map(|listed| AddressSet::block(listed, &[]));
        let negated = operator.starts_with('!') || operator.starts_with("not");
        set = Some(match (set, listed) {
            (set, Some(listed)) if negated => set.unwrap_or_else(AddressSet::everything).minus(&listed),
            (None, Some(listed)) => listed,
            (Some(set), Some(listed)) => set.and(&listed),
            // A group that nobody declared.
            (set, None) if negated => set.unwrap_or_else(AddressSet::everything),
            (_, None) => AddressSet::default(),
        });
    }
    set.filter(|set| !set.is_empty()).map(|set| addresses(&set))
}

pub(super) fn addresses(set: &AddressSet) -> String {
    let ranges: Vec<String> = set.ranges().iter().map(|(first, last)| format!("{first}-{last}")).collect();
    ranges.join(" ")
}

/// The numbers of protocols that have no ports.
const NUMBERED: [(&str, u8); 7] =
    [("VRRP", 112), ("IGMP", 2), ("GRE", 47), ("IPIP", 4), ("IPV6", 41), ("ESP", 50), ("AH", 51)];

/// `TCP/80-90`, `ANY/http`, `ICMP/8`. Port 0 is every port, an end below the beginning none, and it is cut to sixteen bits.
fn ports(text: &str) -> Vec<String> {
    let (protocol, port) = text.split_once('/').unwrap_or(("", text));
    let protocols = match protocol {
        "" | "ANY" => vec!["TCP".to_owned(), "UDP".to_owned(), "SCTP".to_owned()],
        "ICMPV6" => vec!["ICMPv6".to_owned()],
        other => match NUMBERED.iter().find(|(name, _)| *name == other) {
            Some((_, number)) => vec![format!("protocol {number}")],
            None => vec![other.to_owned()],
        },
    };
    // A name with an end keeps neither its place nor its meaning.
    let negative = port.split_once("--").and_then(|(first, end)| Some((first, -end.parse::<i64>().ok()?)));
    let range = || port.rsplit_once('-').and_then(|(first, end)| Some((first, end.parse::<i64>().ok()?)));
    let (first, end) = negative.or_else(range).filter(|(first, _)| !first.is_empty()).unwrap_or((port, 0));
    let named = Port { port: first.into(), ..Port::default() };
    let port = match (first, named.text()) {
        ("", _) => "0-65535".to_owned(),
        (first, PortText::Name(_)) => name(first),
        (_, PortText::Number(number)) => {
            let last = u16::try_from(end & 0xffff).unwrap_or_default().max(number);
            if number == 0 { "0-65535".to_owned() } else { format!("{number}-{last}") }
        }
        // Types of ICMP that no message has.
        (first, _) => match first.parse::<i64>() {
            Ok(number) => {
                let number = number & 0xffff;
                format!("{number}-{number}")
            }
            Err(_) => name(first),
        },
    };
    protocols.into_iter().map(|protocol| format!("{protocol} {port}")).collect()
}

/// The name of a port without what looks like an end of a range.
pub(super) fn name(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((first, end)) if end.bytes().all(|byte| byte.is_ascii_digit()) => first.to_owned(),
        _ => name.to_owned(),
    }
}

/// What a proxy asks.
fn proxy(l7: &Value) -> Option<String> {
    let list = |key: &str| l7[key].as_array().filter(|rules| !rules.is_empty());
    if let Some(http) = list("http") {
        let rules: Vec<HttpRule> = http.iter().map(http_rule).collect();
        return Some(format!("{:?}", HttpRules::new(&rules)));
    }
    let rules: Vec<DnsRule> = list("dns")?.iter().map(dns_rule).collect();
    Some(format!("{:?}", DnsRules::new(&rules)))
}

fn text(value: &Value) -> ironsides_tree::Text {
    value.as_str().unwrap_or_default().into()
}

fn dns_rule(rule: &Value) -> DnsRule {
    DnsRule { name: text(&rule["matchName"]), pattern: text(&rule["matchPattern"]), ..DnsRule::default() }
}

fn http_rule(rule: &Value) -> HttpRule {
    let list = |key: &str| rule[key].as_array().cloned().unwrap_or_default();
    let header = |header: &Value| HeaderMatch {
        name: text(&header["name"]),
        value: text(&header["value"]),
        secret: header["secret"].is_object().then(|| Secret {
            namespace: text(&header["secret"]["namespace"]),
            name: text(&header["secret"]["name"]),
        }),
        mismatch: Mismatch::named(header["mismatch"].as_str().unwrap_or_default()),
        ..HeaderMatch::default()
    };
    HttpRule {
        path: text(&rule["path"]),
        method: text(&rule["method"]),
        host: text(&rule["host"]),
        headers: list("headers").iter().map(text).collect(),
        header_matches: list("headerMatches").iter().map(header).collect(),
        ..HttpRule::default()
    }
}
