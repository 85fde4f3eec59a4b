//! Which traffic rules mean, and which requests.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use ironsides_network::cluster::Pod;
use ironsides_network::kinds::cilium::port::PortText;
use ironsides_network::kinds::cilium::{HttpRule, IcmpRule, L7, Mismatch, Port, PortRule, Rule};
use ironsides_network::kinds::network_policy::{self, PortNumbers};
use ironsides_network::l7::Request;
use ironsides_network::{Direction, Protocol, Traffic};

use crate::cilium::slow::Packet;
use crate::cilium::who::{Kind, Place};

/// The numbers that a name of a port stands for: of the pod itself for what it receives; for what is sent those of all pods of
/// the identity, and none where they do not agree.
pub(super) fn numbers(place: Place<'_>, packet: &Packet<'_>, name: &str) -> BTreeSet<u16> {
    let of = |pod: &Pod| -> Vec<u16> {
        let named = |port: &&ironsides_network::cluster::ContainerPort| {
            port.name.as_deref() == Some(name) && port.protocol == packet.traffic.protocol
        };
        pod.ports.iter().filter(named).map(|port| port.number).collect()
    };
    match packet.direction {
        Direction::Ingress => match packet.subject.kind {
            Kind::Pod(pod) => of(pod).into_iter().collect(),
            _ => BTreeSet::new(),
        },
        Direction::Egress => {
            let Kind::Pod(pod) = packet.peer.kind else { return BTreeSet::new() };
            let labels = |pod: &Pod| place.labels(pod).into_iter().collect::<BTreeSet<_>>();
            let own = labels(pod);
            let alike = place.cluster.pods.iter().filter(|pod| !pod.host_network && labels(pod) == own);
            let numbers: BTreeSet<u16> = alike.flat_map(of).collect();
            if numbers.len() == 1 { numbers } else { BTreeSet::new() }
        }
    }
}

/// Whether a port of Cilium's kinds takes a packet; `Some(true)` where it is that port alone.
pub(super) fn port(place: Place<'_>, packet: &Packet<'_>, port: &Port) -> Option<bool> {
    let traffic = packet.traffic;
    let protocol = match port.protocol.to_uppercase().as_str() {
        "" | "ANY" => traffic.protocol.has_ports(),
        "TCP" => traffic.protocol == Protocol::Tcp,
        "UDP" => traffic.protocol == Protocol::Udp,
        "SCTP" => traffic.protocol == Protocol::Sctp,
        "GRE" => traffic.protocol == Protocol::Other(47),
        _ => false,
    };
    if !protocol {
        return None;
    }
    match port.text() {
        PortText::Number(0) => Some(false),
        PortText::Number(first) => {
            let last = u16::try_from(port.end_port).unwrap_or(first).max(first);
            (first..=last).contains(&traffic.port).then_some(first == last)
        }
        PortText::Name(name) => numbers(place, packet, &name).contains(&traffic.port).then_some(true),
        PortText::Absent | PortText::Malformed => None,
    }
}

pub(super) fn kubernetes_port(
    place: Place<'_>,
    packet: &Packet<'_>,
    protocol: Option<Protocol>,
    port: Option<&PortNumbers>,
) -> Option<bool> {
    let traffic = packet.traffic;
    if protocol.map_or(!traffic.protocol.has_ports(), |protocol| protocol != traffic.protocol) {
        return None;
    }
    match port {
        None => Some(false),
        Some(PortNumbers::Range(first, last)) => {
            (*first <= traffic.port && traffic.port <= *last).then_some(first == last)
        }
        Some(PortNumbers::Name(name)) => numbers(place, packet, name).contains(&traffic.port).then_some(true),
    }
}

/// The type that takes a message; type 0 is every one.
pub(super) fn icmp(rules: &[IcmpRule], traffic: Traffic) -> Option<String> {
    let fields = rules.iter().flat_map(|rule| &rule.fields);
    let mut right = fields.filter(|field| {
        let protocol = if field.is_v6() { Protocol::IcmpV6 } else { Protocol::Icmp };
        let number = field.number();
        protocol == traffic.protocol && (number == Some(0) || number == Some(i64::from(traffic.port)))
    });
    right.next().map(|field| format!("{} {:?}", field.is_v6(), field.number()))
}

pub(super) fn port_text(port: &Port, protocol: Protocol) -> String {
    let text = match port.text() {
        PortText::Number(0) => "0".to_owned(),
        PortText::Number(first) => format!("{first}-{}", port.end_port.max(i64::from(first))),
        other => format!("{other:?}"),
    };
    format!("{protocol} {text}")
}

/// The port of a NetworkPolicy that takes a packet, as if it were written in Cilium's own kinds.
pub(super) fn port_of_kubernetes(ports: &[network_policy::Port], traffic: Traffic) -> String {
    let text = ports.iter().find_map(|port| match &port.port {
        _ if port.protocol != traffic.protocol => None,
        None => Some("0".to_owned()),
        Some(PortNumbers::Range(first, last)) => {
            (*first..=*last).contains(&traffic.port).then(|| format!("{first}-{last}"))
        }
        Some(PortNumbers::Name(name)) => Some(format!("{:?}", PortText::Name(name.clone()))),
    });
    text.map_or_else(|| "all".to_owned(), |text| format!("{} {text}", traffic.protocol))
}

/// Every port of a rule as it is written, with what a proxy asks.
pub(super) fn texts(rule: &Rule, ported: bool) -> Vec<(String, Option<&L7>)> {
    let mut texts = Vec::new();
    if !ported {
        texts.push(("all".to_owned(), None));
    }
    for field in rule.icmps.iter().flatten().flat_map(|rule| &rule.fields) {
        texts.push((format!("{} {:?}", field.is_v6(), field.number()), None));
    }
    let of = |ports: &PortRule| ports.ports.clone().unwrap_or_default();
    for ports in rule.ports.iter().flatten() {
        for port in of(ports) {
            let named = Protocol::named(&port.protocol);
            for protocol in
                Protocol::WITH_PORTS.into_iter().filter(|one| named.is_none_or(|named| named == *one))
            {
                texts.push((port_text(&port, protocol), ports.rules.as_ref()));
            }
        }
    }
    texts
}

/// Whether a rule lets a request through.
pub(super) fn is_request(rule: &HttpRule, request: &Request) -> bool {
    let whole = |pattern: &str, text: &str| pattern.is_empty() || is_whole(pattern, text);
    let value = |name: &str| {
        let found = request.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let headers = rule.headers.iter().all(|header| match header.split_once(": ") {
        Some((name, wanted)) => value(name) == Some(wanted),
        None => value(header).is_some(),
    });
    let matches = rule.header_matches.iter().all(|header| {
        header.mismatch != Mismatch::Refuse
            || value(&header.name).is_some_and(|value| header.value.is_empty() || value == header.value)
    });
    whole(&rule.path, &request.path)
        && whole(&rule.method, &request.method)
        && whole(&rule.host, &request.host)
        && headers
        && matches
}

thread_local! {
    static EXPRESSIONS: RefCell<BTreeMap<String, regex_automata::meta::Regex>> = RefCell::default();
}

/// Whether an expression matches all of a text.
pub(super) fn is_whole(pattern: &str, text: &str) -> bool {
    EXPRESSIONS.with_borrow_mut(|known| {
        let new = || regex_automata::meta::Regex::new(&format!("^(?:{pattern})$")).unwrap();
        known.entry(pattern.to_owned()).or_insert_with(new).is_match(text)
    })
}
