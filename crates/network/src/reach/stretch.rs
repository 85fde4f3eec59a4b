//! Stretches of traffic that are decided alike.

use std::collections::BTreeSet;
use std::fmt;

use crate::decide::Candidate;
use crate::lowered::Lowered;
use crate::port::{Protocol, Traffic, named};
use crate::reach::End;

/// Traffic of a protocol from one port to another: types of messages for ICMP, nothing for protocols without ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    /// The protocol.
    pub protocol: Protocol,
    /// The first port.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl Stretch {
    /// One kind of traffic.
    pub fn of(traffic: Traffic) -> Self {
        Self { protocol: traffic.protocol, first: traffic.port, last: traffic.port }
    }

    /// All traffic of a protocol. Port 0 is used by nobody, and no part of it.
    pub fn all(protocol: Protocol) -> Self {
        Self { protocol, first: u16::from(protocol.has_ports()), last: last_of(protocol) }
    }

    /// The first kind of traffic in it.
    pub fn traffic(self) -> Traffic {
        Traffic { protocol: self.protocol, port: self.first }
    }

    /// Whether another begins where this ends.
    pub fn touches(self, next: Self) -> bool {
        self.protocol == next.protocol && self.last.checked_add(1) == Some(next.first)
    }

    /// Whether it is all of its protocol.
    fn is_whole(self) -> bool {
        self == Self::all(self.protocol)
    }
}

impl fmt::Display for Stretch {
    /// `TCP 80`, `UDP 1000-2000`, `SCTP` for all of it, `ICMP type 8`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.protocol)?;
        if self.is_whole() {
            return Ok(());
        }
        let types = if self.protocol.has_ports() { "" } else { "type " };
        match (self.first, self.last) {
            (first, last) if first == last => write!(out, " {types}{first}"),
            (first, last) => write!(out, " {types}{first}-{last}"),
        }
    }
}

/// What no policy names by its number.
const REST: Protocol = Protocol::Other(255);

/// The last port or type of a protocol.
fn last_of(protocol: Protocol) -> u16 {
    match protocol {
        Protocol::Tcp | Protocol::Udp | Protocol::Sctp => u16::MAX,
        Protocol::Icmp | Protocol::IcmpV6 => 255,
        Protocol::Other(_) => 0,
    }
}

/// The coarsest stretches of all traffic within which the rules between two ends cannot tell one from another.
pub fn stretches(lowered: &Lowered, ends: &[(End, &[Candidate])]) -> Vec<Stretch> {
    let mut protocols = BTreeSet::from([
        Protocol::Tcp,
        Protocol::Udp,
        Protocol::Sctp,
        Protocol::Icmp,
        Protocol::IcmpV6,
        REST,
    ]);
    let mut starts: BTreeSet<(Protocol, u16)> = BTreeSet::new();
    for ((direction, subject, peer), guards) in ends {
        let views = (lowered.views.get(subject.index()), lowered.views.get(peer.index()));
        let (Some(subject), Some(peer)) = views else { continue };
        let names = named(*direction, subject, peer);
        let rules = guards.iter().filter_map(|guard| lowered.rules.get(guard.rule as usize));
        for port in rules.filter_map(|rule| rule.ports.as_ref()).flat_map(|ports| ports.iter()) {
            for (protocol, first, last) in port.ranges(names) {
                protocols.insert(protocol);
                starts.insert((protocol, first));
                starts.extend(last.checked_add(1).map(|next| (protocol, next)));
            }
        }
    }
    let mut all = Vec::new();
    for protocol in protocols {
        let Stretch { mut first, last, .. } = Stretch::all(protocol);
        let least = first;
        let own = starts.iter().filter(|(own, start)| *own == protocol && least < *start && *start <= last);
        for &(_, next) in own {
            all.push(Stretch { protocol, first, last: next.saturating_sub(1) });
            first = next;
        }
        all.push(Stretch { protocol, first, last });
    }
    all
}

/// Stretches for people: `all traffic`, `TCP 80, 443; UDP 53`, `all but TCP 22`, `protocols without ports`.
pub fn told(stretches: &[Stretch]) -> String {
    let mut all: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match all.last_mut().filter(|last| last.touches(*stretch)) {
            Some(last) => last.last = stretch.last,
            None => all.push(*stretch),
        }
    }
    all.sort_unstable();
    let whole =
        |protocol: Protocol| all.iter().any(|stretch| stretch.protocol == protocol && stretch.is_whole());
    let usual = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp, Protocol::IcmpV6];
    if whole(REST) {
        let missing: Vec<Stretch> = usual.into_iter().flat_map(|protocol| missing(protocol, &all)).collect();
        return match missing.as_slice() {
            [] => "all traffic".to_owned(),
            missing if missing == Protocol::WITH_PORTS.map(Stretch::all) => {
                "protocols without ports".to_owned()
            }
            missing if missing == usual.map(Stretch::all) => {
                "protocols other than TCP, UDP, SCTP and ICMP".to_owned()
            }
            missing => format!("all but {}", joined(missing)),
        };
    }
    if all.is_empty() { "nothing".to_owned() } else { joined(&all) }
}

/// What sorted stretches leave of a protocol.
fn missing(protocol: Protocol, all: &[Stretch]) -> Vec<Stretch> {
    let mut left = Vec::new();
    let mut next = Some(Stretch::all(protocol).first);
    for stretch in all.iter().filter(|stretch| stretch.protocol == protocol) {
        if let Some(first) = next.filter(|&first| first < stretch.first) {
            left.push(Stretch { protocol, first, last: stretch.first.saturating_sub(1) });
        }
        next = stretch.last.checked_add(1);
    }
    if let Some(first) = next.filter(|&first| first <= last_of(protocol)) {
        left.push(Stretch { protocol, first, last: last_of(protocol) });
    }
    left
}

/// Ports of a protocol behind its name once.
fn joined(stretches: &[Stretch]) -> String {
    let mut text = String::new();
    let mut before = None;
    for stretch in stretches {
        let own = stretch.to_string();
        let prefix = format!("{} ", stretch.protocol);
        if let Some(ports) = own.strip_prefix(&prefix).filter(|_| before == Some(stretch.protocol)) {
            text.push_str(", ");
            text.push_str(ports);
        } else {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(&own);
        }
        before = Some(stretch.protocol);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(first: u16, last: u16) -> Stretch {
        Stretch { protocol: Protocol::Tcp, first, last }
    }

    #[test]
    fn stretches_are_told_shortly() {
        let all: Vec<Stretch> =
            [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Icmp, Protocol::IcmpV6, REST]
                .map(Stretch::all)
                .into();
        assert_eq!(told(&all), "all traffic");
        assert_eq!(told(&[]), "nothing");
        assert_eq!(told(&[tcp(80, 80), tcp(443, 444)]), "TCP 80, 443-444");
        assert_eq!(told(&[tcp(80, 80), tcp(81, 90), Stretch::all(Protocol::Udp)]), "TCP 80-90; UDP");
        let but: Vec<Stretch> = [tcp(1, 21), tcp(23, 65535)].into_iter().chain(all[1..].to_vec()).collect();
        assert_eq!(told(&but), "all but TCP 22");
        assert_eq!(told(&all[3..]), "protocols without ports");
        assert_eq!(told(&all[5..]), "protocols other than TCP, UDP, SCTP and ICMP");
        assert_eq!(told(&[tcp(1, 79), tcp(81, 65535)]), "TCP 1-79, 81-65535", "nobody uses port 0");
        assert_eq!(told(&all[..5]), "TCP; UDP; SCTP; ICMP; ICMPv6");
        assert_eq!(Stretch::of(Traffic { protocol: Protocol::Icmp, port: 8 }).to_string(), "ICMP type 8");
        assert_eq!(Stretch::all(Protocol::Other(47)).to_string(), "protocol 47");
    }
}
