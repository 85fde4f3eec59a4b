//! Kinds of traffic.

use std::fmt;

use ironsides_tree::Text;

use crate::rule::Direction;
use crate::view::{NamedPort, View};

/// A protocol above IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
    /// ICMP; the "port" is the type of the message.
    Icmp,
    /// ICMP of IPv6; the "port" is the type of the message.
    IcmpV6,
    /// Any other protocol, by its number; it has no ports. What no policy names is asked for as 255.
    Other(u8),
}

impl Protocol {
    /// The protocols that have ports.
    pub const WITH_PORTS: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// Reads `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6`, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let known = [Self::Tcp, Self::Udp, Self::Sctp, Self::Icmp, Self::IcmpV6];
        known.into_iter().find(|protocol| protocol.to_string().eq_ignore_ascii_case(name))
    }

    /// The protocol of a number, as IANA gives them.
    pub fn numbered(number: u8) -> Self {
        match number {
            1 => Self::Icmp,
            6 => Self::Tcp,
            17 => Self::Udp,
            58 => Self::IcmpV6,
            132 => Self::Sctp,
            other => Self::Other(other),
        }
    }

    /// Whether it has ports.
    pub fn has_ports(self) -> bool {
        Self::WITH_PORTS.contains(&self)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp => out.write_str("TCP"),
            Self::Udp => out.write_str("UDP"),
            Self::Sctp => out.write_str("SCTP"),
            Self::Icmp => out.write_str("ICMP"),
            Self::IcmpV6 => out.write_str("ICMPv6"),
            Self::Other(number) => write!(out, "protocol {number}"),
        }
    }
}

/// One kind of traffic: a protocol with the port of the destination, or with the type of an ICMP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traffic {
    /// The protocol.
    pub protocol: Protocol,
    /// The port of the destination after translation by Services; the type for ICMP; 0 for other protocols.
    pub port: u16,
}

impl Traffic {
    /// A port of TCP.
    pub fn tcp(port: u16) -> Self {
        Self { protocol: Protocol::Tcp, port }
    }
}

/// What a rule asks of traffic. A rule with none of these takes all traffic, of whatever protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PortMatch {
    /// Ports, or ICMP types, from the first to the last; all traffic of the protocol from 0 to 65535.
    Range {
        /// The protocol.
        protocol: Protocol,
        /// The first.
        first: u16,
        /// The last.
        last: u16,
    },
    /// The port that the destination gives this name for this protocol.
    Named {
        /// The protocol.
        protocol: Protocol,
        /// The name, folded already where the plug-in folds case.
        name: Text,
    },
}

impl PortMatch {
    /// All traffic of a protocol.
    pub fn all(protocol: Protocol) -> Self {
        Self::Range { protocol, first: 0, last: u16::MAX }
    }

    /// Whether it takes all that another takes, whatever the destination names: names are told apart from numbers.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Range { protocol, first, last },
                Self::Range { protocol: others, first: from, last: to },
            ) => protocol == others && first <= from && to <= last,
            (Self::Range { protocol, first, last }, Self::Named { protocol: others, .. }) => {
                protocol == others && *first <= 1 && *last == u16::MAX
            }
            (Self::Named { .. }, _) => self == other,
        }
    }

    /// Whether both take some of the same traffic. `named` are the ports that the destination names; the same name is the same
    /// port also where nobody has it.
    pub fn meets(&self, other: &Self, named: &[NamedPort]) -> bool {
        let meet = |(protocol, first, last): (Protocol, u16, u16)| {
            other.ranges(named).any(|(others, from, to)| protocol == others && first <= to && from <= last)
        };
        self == other || self.ranges(named).any(meet) || self.covers(other) || other.covers(self)
    }

    /// Whether it asks for a port by name.
    pub fn is_named(&self) -> bool {
        matches!(self, Self::Named { .. })
    }

    /// The stretches of ports that are meant: the protocol, the first and the last. `named` are the ports that the destination
    /// names.
    pub fn ranges<'a>(&'a self, named: &'a [NamedPort]) -> impl Iterator<Item = (Protocol, u16, u16)> + 'a {
        let (range, name) = match self {
            Self::Range { protocol, first, last } => (Some((*protocol, *first, *last)), None),
            Self::Named { protocol, name } => (None, Some((*protocol, name))),
        };
        let numbers = name.into_iter().flat_map(move |(protocol, name)| {
            let same = named.iter().filter(move |port| port.protocol == protocol && port.name == *name);
            same.map(move |port| (protocol, port.number, port.number))
        });
        range.into_iter().chain(numbers)
    }

    /// Whether traffic is meant. `named` are the ports that the destination names.
    pub fn matches(&self, traffic: Traffic, named: &[NamedPort]) -> bool {
        match self {
            Self::Range { protocol, first, last } => {
                *protocol == traffic.protocol && (*first..=*last).contains(&traffic.port)
            }
            Self::Named { protocol, name } => {
                let is = |port: &NamedPort| {
                    port.protocol == *protocol && port.name == *name && port.number == traffic.port
                };
                *protocol == traffic.protocol && named.iter().any(is)
            }
        }
    }
}

/// The named ports that count for a rule: those of the destination.
pub fn named<'a>(direction: Direction, subject: &'a View, peer: &'a View) -> &'a [NamedPort] {
    match direction {
        Direction::Ingress => &subject.ports,
        Direction::Egress => &peer.peer_ports,
    }
}
