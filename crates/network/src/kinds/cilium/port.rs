//! The traffic of a rule.

use ironsides_tree::Text;

use crate::kinds::cilium::l7::L7;
use crate::place::Place;

/// One item of `toPorts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortRule {
    /// Where it is written.
    pub place: Place,
    /// `ports`; `None` where absent.
    pub ports: Option<Vec<Port>>,
    /// Whether `terminatingTLS` is written.
    pub terminating_tls: bool,
    /// Whether `originatingTLS` is written.
    pub originating_tls: bool,
    /// `serverNames`: which server names (SNI) pass.
    pub server_names: Vec<Text>,
    /// `listener`.
    pub listener: Option<Listener>,
    /// `rules`; `None` where absent.
    pub rules: Option<L7>,
}

/// One item of `ports`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    /// Where it is written.
    pub place: Place,
    /// `port` as written; empty where absent.
    pub port: Text,
    /// `endPort`; 0 where absent.
    pub end_port: i64,
    /// `protocol` as written; empty where absent.
    pub protocol: Text,
}

/// The protocols that rules name.
const PROTOCOLS: [&str; 11] =
    ["TCP", "UDP", "SCTP", "ANY", "VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH"];

/// What `port` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortText {
    /// It is empty: only for protocols without ports.
    Absent,
    /// A number; 0 is every port.
    Number(u16),
    /// A name, in lower case: names fold case.
    Name(Text),
    /// It is neither; the agent refuses it.
    Malformed,
}

impl Port {
    /// The number or name of the port. What could be the name of a service is one, `0x50` and `8e1` among them; all else is
    /// read as a literal of Go, so that `010` is 8.
    pub fn text(&self) -> PortText {
        let text = self.port.as_str();
        if text.is_empty() {
            PortText::Absent
        } else if is_service_name(text) {
            PortText::Name(text.to_ascii_lowercase().into())
        } else {
            unsigned(text)
                .and_then(|number| u16::try_from(number).ok())
                .map_or(PortText::Malformed, PortText::Number)
        }
    }

    /// The protocol in upper case; `ANY`, which is TCP, UDP and SCTP, where none is written.
    pub fn protocol(&self) -> Text {
        if self.protocol.is_empty() { Text::new("ANY") } else { self.protocol.to_uppercase().into() }
    }

    /// Why the agent refuses the protocol; `None` where it knows it.
    pub(super) fn unknown_protocol(&self) -> Option<String> {
        let protocol = self.protocol();
        if PROTOCOLS.contains(&protocol.as_str()) {
            return None;
        }
        let hint = if protocol.starts_with("ICMP") { "; icmps is for that" } else { "" };
        Some(format!("`{protocol}` is none of the protocols {}{hint}", PROTOCOLS.join(", ")))
    }
}

/// Whether a text is the name of a service (RFC 6335): up to 15 letters, digits and single inner hyphens, with a letter.
pub fn is_service_name(text: &str) -> bool {
    text.len() <= 15
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

/// Reads a number as a literal of Go: `0x`, `0o`, `0b` and a plain leading zero name the base, `_` may stand between digits.
fn unsigned(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (base, digits, prefixed) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?, true),
        [b'0', b'o', ..] => (8, lower.get(2..)?, true),
        [b'0', b'b', ..] => (2, lower.get(2..)?, true),
        [b'0', _, ..] => (8, lower.get(1..)?, true),
        _ => (10, lower.as_str(), false),
    };
    // A separator stands between digits, or between the base and the first digit.
    let inner = if prefixed { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    if inner.starts_with('_') || inner.ends_with('_') || inner.contains("__") || inner.starts_with(['+', '-'])
    {
        return None;
    }
    u64::from_str_radix(&inner.replace('_', ""), base).ok()
}

/// `listener`: a listener of Envoy that the traffic is sent to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listener {
    /// `name`.
    pub name: Text,
    /// `envoyConfig.name`.
    pub config: Text,
    /// `priority`; 0 where absent.
    pub priority: i64,
}

/// One item of `icmps`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IcmpRule {
    /// Where it is written.
    pub place: Place,
    /// `fields`; absent and empty mean the same: nothing.
    pub fields: Vec<IcmpField>,
}

/// One item of `fields`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IcmpField {
    /// Where it is written.
    pub place: Place,
    /// `family` as written (`IPv4`, `IPv6`); empty where absent: IPv4.
    pub family: Text,
    /// `type`; `None` where absent: the agent crashes.
    pub kind: Option<IcmpType>,
}

/// A type of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IcmpType {
    /// By number.
    Number(i64),
    /// As a text: a number, or a name.
    Text(Text),
}

/// The names of the types of ICMP.
const IPV4: [(&str, i64); 14] = [
    ("EchoReply", 0),
    ("DestinationUnreachable", 3),
    ("Redirect", 5),
    ("Echo", 8),
    ("EchoRequest", 8),
    ("RouterAdvertisement", 9),
    ("RouterSelection", 10),
    ("TimeExceeded", 11),
    ("ParameterProblem", 12),
    ("Timestamp", 13),
    ("TimestampReply", 14),
    ("Photuris", 40),
    ("ExtendedEchoRequest", 42),
    ("ExtendedEchoReply", 43),
];

/// The names of the types of `ICMPv6`.
const IPV6: [(&str, i64); 27] = [
    ("DestinationUnreachable", 1),
    ("PacketTooBig", 2),
    ("TimeExceeded", 3),
    ("ParameterProblem", 4),
    ("EchoRequest", 128),
    ("EchoReply", 129),
    ("MulticastListenerQuery", 130),
    ("MulticastListenerReport", 131),
    ("MulticastListenerDone", 132),
    ("RouterSolicitation", 133),
    ("RouterAdvertisement", 134),
    ("NeighborSolicitation", 135),
    ("NeighborAdvertisement", 136),
    ("RedirectMessage", 137),
    ("RouterRenumbering", 138),
    ("ICMPNodeInformationQuery", 139),
    ("ICMPNodeInformationResponse", 140),
    ("InverseNeighborDiscoverySolicitation", 141),
    ("InverseNeighborDiscoveryAdvertisement", 142),
    ("HomeAgentAddressDiscoveryRequest", 144),
    ("HomeAgentAddressDiscoveryReply", 145),
    ("MobilePrefixSolicitation", 146),
    ("MobilePrefixAdvertisement", 147),
    ("DuplicateAddressRequestCodeSuffix", 157),
    ("DuplicateAddressConfirmationCodeSuffix", 158),
    ("ExtendedEchoRequest", 160),
    ("ExtendedEchoReply", 161),
];

impl IcmpField {
    /// Whether `ICMPv6` is meant.
    pub fn is_v6(&self) -> bool {
        self.family == "IPv6"
    }

    /// The number of the type; `None` where it is absent or its name is none of the family. Numbers that no message can have
    /// (256, -1) are taken.
    pub fn number(&self) -> Option<i64> {
        match self.kind.as_ref()? {
            IcmpType::Number(number) => Some(*number),
            IcmpType::Text(text) => {
                let names: &[(&str, i64)] = if self.is_v6() { &IPV6 } else { &IPV4 };
                let named = names.iter().find(|(name, _)| name == text).map(|&(_, number)| number);
                // A text that is no number other than 0, in whatever writing, must be a name.
                named.or_else(|| text.parse().ok().filter(|&number| number != 0 || text == "0"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(text: &str) -> PortText {
        Port { port: text.into(), ..Port::default() }.text()
    }

    #[test]
    fn names_come_before_numbers() {
        for name in ["http", "HTTP", "0x50", "8e1", "a-b-c", "123456789012a45"] {
            assert_eq!(port(name), PortText::Name(name.to_lowercase().into()));
        }
        for (text, number) in
            [("80", 80), ("0", 0), ("65535", 65535), ("010", 8), ("1_000", 1000), ("00", 0), ("0_7", 7)]
        {
            assert_eq!(port(text), PortText::Number(number), "{text}");
        }
        assert_eq!(port("0x00000000000050"), PortText::Number(80));
        for text in [
            "65536",
            "080",
            "-1",
            "+1",
            " 80",
            "80-90",
            "a_b",
            "a--b",
            "-a",
            "_1",
            "1__0",
            "1_",
            "1234567890123456",
        ] {
            assert_eq!(port(text), PortText::Malformed, "{text}");
        }
        assert_eq!(port(""), PortText::Absent);
    }

    #[test]
    fn names_of_messages_belong_to_a_family() {
        let number = |family: &str, text: &str| {
            let kind = Some(IcmpType::Text(text.into()));
            IcmpField { family: family.into(), kind, ..IcmpField::default() }.number()
        };
        assert_eq!((number("", "EchoRequest"), number("IPv6", "EchoRequest")), (Some(8), Some(128)));
        assert_eq!((number("", "8"), number("", "0"), number("", "00")), (Some(8), Some(0), None));
        assert_eq!(
            (number("IPv4", "PacketTooBig"), number("IPv6", "Echo"), number("", "echo")),
            (None, None, None)
        );
        assert_eq!(number("", "-1"), Some(-1));
    }
}
