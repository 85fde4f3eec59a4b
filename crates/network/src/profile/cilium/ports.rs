//! The traffic of a rule.

use std::sync::Arc;

use crate::kinds::cilium::port::PortText;
use crate::kinds::cilium::{IcmpRule, Port};
use crate::kinds::network_policy::PortNumbers;
use crate::port::{PortMatch, Protocol};

/// What `ports` of CiliumNetworkPolicy take.
pub(super) fn of_cilium(ports: &[Port]) -> Arc<[PortMatch]> {
    ports.iter().flat_map(of_port).collect()
}

/// Protocols without ports, by their numbers.
const PORTLESS: [(&str, u8); 7] =
    [("VRRP", 112), ("IGMP", 2), ("GRE", 47), ("IPIP", 4), ("IPV6", 41), ("ESP", 50), ("AH", 51)];

fn of_port(port: &Port) -> Vec<PortMatch> {
    let protocol = port.protocol();
    let protocols: Vec<Protocol> = match protocol.as_str() {
        "ANY" => Protocol::WITH_PORTS.to_vec(),
        name => match PORTLESS.iter().find(|(known, _)| *known == name) {
            Some((_, number)) => vec![Protocol::Other(*number)],
            None => Protocol::named(name).into_iter().collect(),
        },
    };
    let one = |protocol: Protocol| match port.text() {
        PortText::Name(name) => Some(PortMatch::Named { protocol, name }),
        PortText::Number(first) => {
            // The agent keeps the lowest sixteen bits.
            let last = u16::try_from(port.end_port & i64::from(u16::MAX)).unwrap_or_default();
            Some(range(protocol, first, last))
        }
        PortText::Absent => Some(PortMatch::all(protocol)),
        PortText::Malformed => None,
    };
    protocols.into_iter().filter_map(one).collect()
}

/// From a port to another: all of them where the first is 0, one where the last is not above the first.
pub(super) fn range(protocol: Protocol, first: u16, last: u16) -> PortMatch {
    if first == 0 {
        PortMatch::all(protocol)
    } else {
        PortMatch::Range { protocol, first, last: last.max(first) }
    }
}

/// What `icmps` take. The datapath keeps the type where it keeps ports, and there 0 is every one.
pub(super) fn of_icmp(rules: &[IcmpRule]) -> Arc<[PortMatch]> {
    let one = |field: &crate::kinds::cilium::IcmpField| {
        let protocol = if field.is_v6() { Protocol::IcmpV6 } else { Protocol::Icmp };
        let number = u16::try_from(field.number()? & i64::from(u16::MAX)).ok()?;
        Some(range(protocol, number, number))
    };
    rules.iter().flat_map(|rule| &rule.fields).filter_map(one).collect()
}

/// What an item of `ports` of Kubernetes' own kinds takes; without a protocol each that has ports.
pub(super) fn of_kubernetes(protocol: Option<Protocol>, port: Option<&PortNumbers>) -> Vec<PortMatch> {
    let protocols = protocol.map_or_else(|| Protocol::WITH_PORTS.to_vec(), |protocol| vec![protocol]);
    let one = |protocol| match port {
        None => PortMatch::all(protocol),
        Some(PortNumbers::Range(first, last)) => range(protocol, *first, *last),
        Some(PortNumbers::Name(name)) => PortMatch::Named { protocol, name: name.clone() },
    };
    protocols.into_iter().map(one).collect()
}
