//! Which end of a conversation opened it, where the log does not say.

use crate::port::Protocol;

/// Systems give clients ports from here on: 32768 is the first of Linux, 49152 that of IANA.
const EPHEMERAL: u16 = 32768;

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the end that was called.
    Forth,
    /// Back to the end that called.
    Back,
    /// The ports do not tell.
    Unclear,
}

/// Guesses the way of a packet from its ports: a port that systems give to clients is not listened on, if the other one is.
pub(crate) fn by_ports(protocol: Protocol, from: u16, to: u16) -> Way {
    if !protocol.has_ports() {
        return Way::Forth;
    }
    match (from >= EPHEMERAL, to >= EPHEMERAL) {
        (true, false) => Way::Forth,
        (false, true) => Way::Back,
        // Below both are registered ports: the lower is more likely a server's, unless they are the same.
        (false, false) if from == to => Way::Forth,
        (false, false) if from < 1024 && to >= 1024 => Way::Back,
        (false, false) if to < 1024 => Way::Forth,
        _ => Way::Unclear,
    }
}

/// Whether a message of ICMP, of IPv4 or IPv6, opens an exchange, by its type. Answers and errors belong to something else.
pub(crate) fn is_asked(protocol: Protocol, kind: u16) -> bool {
    match protocol {
        // RFC 792: echo, timestamp, information; RFC 950: address mask.
        Protocol::Icmp => matches!(kind, 8 | 13 | 15 | 17),
        // RFC 4443: echo request. Neighbour discovery is no traffic that policies judge.
        Protocol::IcmpV6 => kind == 128,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_tell_the_way_where_they_can() {
        let table = [
            (40000, 53, Way::Forth),
            (53, 40000, Way::Back),
            (8080, 60778, Way::Back),
            (123, 123, Way::Forth),
            (5353, 53, Way::Forth),
            (53, 5353, Way::Back),
            (8080, 9090, Way::Unclear),
            (40000, 50000, Way::Unclear),
        ];
        for (from, to, way) in table {
            assert_eq!(by_ports(Protocol::Udp, from, to), way, "{from} to {to}");
        }
        assert!(
            is_asked(Protocol::Icmp, 8) && !is_asked(Protocol::Icmp, 0) && !is_asked(Protocol::IcmpV6, 129)
        );
    }
}
