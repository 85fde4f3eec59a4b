//! The traffic that a rule of Calico takes.

use std::sync::Arc;

use crate::cluster::{Cluster, EndpointPort, TargetPort};
use crate::kinds::calico::{Ports, Rule};
use crate::place::{Loss, Problem};
use crate::port::{PortMatch, Protocol};
use crate::rule::Direction;

/// Which of what is behind the service of a rule is meant: endpoints that are written down with these ports, or otherwise
/// those that the service selects.
pub(super) type Part<'a> = Option<&'a [EndpointPort]>;

/// The parts of a rule that each need their own ports: more than one where what is behind its service serves at different ones.
pub(super) fn parts<'a>(rule: &Rule, direction: Direction, cluster: &'a Cluster) -> Vec<Part<'a>> {
    let service = rule.destination.service.as_ref().filter(|_| direction == Direction::Egress);
    let service = service.and_then(|(namespace, name)| cluster.service(namespace, name));
    let Some(service) = service.filter(|service| !service.endpoints.is_empty()) else { return vec![None] };
    let mut parts: Vec<Part<'_>> = service.selector.iter().map(|_| None).collect();
    for endpoint in &service.endpoints {
        if !parts.contains(&Some(&*endpoint.ports)) {
            parts.push(Some(&*endpoint.ports));
        }
    }
    parts
}

/// What a rule asks of traffic; `None` where it asks nothing.
pub(super) fn of(
    rule: &Rule,
    direction: Direction,
    part: Part<'_>,
    cluster: &Cluster,
    problems: &mut Vec<Problem>,
) -> Option<Arc<[PortMatch]>> {
    let protocol = rule.protocol.or_else(|| rule.icmp.or(rule.not_icmp).map(|_| Protocol::Icmp));
    // A service is its endpoints with their ports: what else the rule asks narrows them.
    if let Some(mut matches) = by_service(rule, direction, part, cluster) {
        let asked = |one: &PortMatch| protocol.is_none_or(|protocol| protocol_of(one) == protocol);
        matches.retain(|one| asked(one) && Some(protocol_of(one)) != rule.not_protocol);
        return Some(matches.into());
    }
    let mut matches = match protocol {
        None => rule.not_protocol.map(all_but)?,
        Some(protocol) if rule.icmp.is_some() || rule.not_icmp.is_some() => icmp(rule, protocol),
        Some(protocol) => match &rule.destination.ports {
            Some(ports) => {
                ports.iter().flat_map(|port| written(port, protocol, &rule.destination.not_ports)).collect()
            }
            None => written(&Ports::Range(0, u16::MAX), protocol, &rule.destination.not_ports),
        },
    };
    if protocol.is_some() {
        matches.retain(|one| Some(protocol_of(one)) != rule.not_protocol);
    }
    if rule.destination.not_ports.iter().any(|port| matches!(port, Ports::Name(_))) {
        let message = "a name in notPorts excludes nothing here: it is not evaluated".to_owned();
        problems.push(Problem { place: rule.place.clone(), message, loss: Loss::Part });
    }
    Some(matches.into())
}

fn protocol_of(port: &PortMatch) -> Protocol {
    match port {
        PortMatch::Range { protocol, .. } | PortMatch::Named { protocol, .. } => *protocol,
    }
}

/// A port without those that are excluded.
fn written(port: &Ports, protocol: Protocol, without: &[Ports]) -> Vec<PortMatch> {
    let (first, last) = match port {
        Ports::Name(name) => return vec![PortMatch::Named { protocol, name: name.clone() }],
        Ports::Range(first, last) => (*first, *last),
    };
    let mut left = vec![(u32::from(first), u32::from(last))];
    for without in without {
        let Ports::Range(from, to) = without else { continue };
        let (from, to) = (u32::from(*from), u32::from(*to));
        let rest =
            |(first, last): (u32, u32)| [(first, last.min(from.wrapping_sub(1))), (first.max(to + 1), last)];
        left = left
            .into_iter()
            .flat_map(|range| if from > range.1 || to < range.0 { vec![range] } else { rest(range).to_vec() })
            .filter(|(first, last)| first <= last && (from > 0 || *first > to))
            .collect();
    }
    let narrow = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    left.into_iter()
        .map(|(first, last)| PortMatch::Range { protocol, first: narrow(first), last: narrow(last) })
        .collect()
}

fn icmp(rule: &Rule, protocol: Protocol) -> Vec<PortMatch> {
    let range = |first, last| PortMatch::Range { protocol, first, last };
    match (rule.icmp, rule.not_icmp) {
        (Some((kind, _)), _) => vec![range(u16::from(kind), u16::from(kind))],
        (None, Some((kind, None))) => {
            let kind = u16::from(kind);
            let before = kind.checked_sub(1).map(|last| range(0, last));
            before.into_iter().chain([range(kind + 1, u16::MAX)]).collect()
        }
        (None, _) => vec![PortMatch::all(protocol)],
    }
}

/// Every protocol but one.
fn all_but(protocol: Protocol) -> Vec<PortMatch> {
    let known = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp, Protocol::IcmpV6];
    let others = (0..=u8::MAX).filter(|number| ![1, 6, 17, 58, 132].contains(number)).map(Protocol::Other);
    known.into_iter().chain(others).filter(|other| *other != protocol).map(PortMatch::all).collect()
}

/// The ports of the service that is the destination: a rule that names one takes those alone. Of endpoints that are written
/// down every port counts, whether the service has it or not, and one without a number leads nowhere
/// (`membersFromEndpointSlice` of Felix's `serviceindex`).
fn by_service(
    rule: &Rule,
    direction: Direction,
    part: Part<'_>,
    cluster: &Cluster,
) -> Option<Vec<PortMatch>> {
    let (namespace, name) = rule.destination.service.as_ref().filter(|_| direction == Direction::Egress)?;
    let service = cluster.service(namespace, name)?;
    if let Some(written) = part {
        let numbered = written.iter().filter_map(|port| Some((port.protocol, port.number?)));
        let range = |(protocol, number)| PortMatch::Range { protocol, first: number, last: number };
        return Some(numbered.map(range).collect());
    }
    let port = |port: &crate::cluster::ServicePort| match &port.target {
        TargetPort::Number(number) => {
            PortMatch::Range { protocol: port.protocol, first: *number, last: *number }
        }
        TargetPort::Name(name) => PortMatch::Named { protocol: port.protocol, name: name.clone() },
    };
    Some(service.ports.iter().map(port).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excluded_ports_are_taken_out() {
        let left = |range: (u16, u16), without: &[(u16, u16)]| -> Vec<(u16, u16)> {
            let without: Vec<_> = without.iter().map(|&(first, last)| Ports::Range(first, last)).collect();
            let ports = written(&Ports::Range(range.0, range.1), Protocol::Tcp, &without);
            ports
                .into_iter()
                .map(|port| match port {
                    PortMatch::Range { first, last, .. } => (first, last),
                    PortMatch::Named { .. } => unreachable!(),
                })
                .collect()
        };
        assert_eq!(left((0, 65535), &[]), [(0, 65535)]);
        assert_eq!(left((0, 65535), &[(80, 80), (443, 443)]), [(0, 79), (81, 442), (444, 65535)]);
        assert_eq!(left((0, 65535), &[(0, 80)]), [(81, 65535)]);
        assert_eq!(left((0, 65535), &[(0, 0), (65535, 65535)]), [(1, 65534)]);
        assert_eq!(left((80, 90), &[(0, 65535)]), []);
        assert_eq!(left((80, 90), &[(85, 99), (1, 2)]), [(80, 84)]);
        assert_eq!(left((80, 90), &[(80, 90)]), []);
    }

    #[test]
    fn every_protocol_but_one_is_each_once() {
        assert_eq!(all_but(Protocol::Udp).len(), 255);
        assert!(all_but(Protocol::Udp).iter().all(|port| protocol_of(port) != Protocol::Udp));
    }
}
