//! Forms of strings.

use std::net::IpAddr;

use ironsides_schema::admit::is_label_value;

/// What a string must look like.
#[derive(Debug)]
pub(super) enum Form {
    /// Anything.
    Any,
    /// One character at least.
    NonEmpty,
    /// One of these words.
    Words(&'static [&'static str]),
    /// The value of a label.
    LabelValue,
    /// A block of addresses.
    Cidr,
    /// The name of a CiliumCIDRGroup.
    GroupName,
    /// A DNS name.
    DnsName,
    /// A DNS name with `*`.
    DnsPattern,
    /// A port.
    Port,
    /// A type of ICMP messages.
    IcmpType,
    /// A short remark for the log.
    Remark,
}

/// The names of ICMP types that the schema lists, whatever the family. It spells one of them with a blank.
const ICMP_TYPES: [&str; 33] = [
    "EchoReply",
    "DestinationUnreachable",
    "Redirect",
    "Echo",
    "RouterAdvertisement",
    "RouterSelection",
    "TimeExceeded",
    "ParameterProblem",
    "Timestamp",
    "TimestampReply",
    "Photuris",
    "ExtendedEchoRequest",
    "ExtendedEcho Reply",
    "PacketTooBig",
    "EchoRequest",
    "MulticastListenerQuery",
    "MulticastListenerReport",
    "MulticastListenerDone",
    "RouterSolicitation",
    "NeighborSolicitation",
    "NeighborAdvertisement",
    "RedirectMessage",
    "RouterRenumbering",
    "ICMPNodeInformationQuery",
    "ICMPNodeInformationResponse",
    "InverseNeighborDiscoverySolicitation",
    "InverseNeighborDiscoveryAdvertisement",
    "HomeAgentAddressDiscoveryRequest",
    "HomeAgentAddressDiscoveryReply",
    "MobilePrefixSolicitation",
    "MobilePrefixAdvertisement",
    "DuplicateAddressRequestCodeSuffix",
    "DuplicateAddressConfirmationCodeSuffix",
];

impl Form {
    /// What was expected, where a text does not have this form.
    pub(super) fn fault(&self, text: &str) -> Option<String> {
        let (right, expected) = match self {
            Self::Any => (true, ""),
            Self::NonEmpty => (!text.is_empty(), "a name"),
            Self::Words(words) => {
                let known = words.contains(&text);
                return (!known).then(|| format!("one of {}", words.join(", ")));
            }
            Self::LabelValue => (is_label_value(text), "the value of a label"),
            Self::Cidr => (is_block(text), "a block of addresses such as 10.0.0.0/8"),
            Self::GroupName => (text.len() <= 253 && is_group(text), "the name of a CiliumCIDRGroup"),
            Self::DnsName => (text.len() <= 255 && is_dns(text, ""), "a DNS name"),
            Self::DnsPattern => (text.len() <= 255 && is_dns(text, "*"), "a pattern of DNS names"),
            Self::Port => (is_port(text), "a port: a number or a name"),
            Self::IcmpType => {
                let number = text.parse::<u8>().is_ok_and(|number| number.to_string() == text);
                (number || ICMP_TYPES.contains(&text), "a type of ICMP messages")
            }
            Self::Remark => {
                let short = text.chars().count() <= 32 && !text.chars().any(is_unprintable);
                (short, "a remark of at most 32 printable characters")
            }
        };
        (!right).then(|| expected.to_owned())
    }
}

/// Control and format characters, private ones and noncharacters.
fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{e0001}'..='\u{e007f}' | '\u{f0000}'..)
}

/// A block as API servers read it: leading zeros are taken, a bare address is not.
fn is_block(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let octets: Vec<&str> = address.split('.').collect();
    let sloppy = octets.len() == 4
        && octets.iter().all(|octet| digits(octet) && octet.parse::<u32>().is_ok_and(|octet| octet < 256));
    let longest = if sloppy {
        32
    } else {
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V6(_)) => 128,
            _ => return false,
        }
    };
    digits(prefix) && prefix.parse::<u32>().is_ok_and(|prefix| prefix <= longest)
}

/// Labels of lower-case letters, digits and inner hyphens with dots between.
fn is_group(text: &str) -> bool {
    text.split('.').all(|label| {
        let bytes = label.as_bytes();
        let outer =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let inner =
            bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
        outer(bytes.first()) && outer(bytes.last()) && inner
    })
}

/// Parts that are not empty with dots between; one more dot may end them.
fn is_dns(text: &str, more: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let known = |char: char| char.is_ascii_alphanumeric() || "-_".contains(char) || more.contains(char);
    text.split('.').all(|part| !part.is_empty() && part.chars().all(known))
}

/// As the pattern of the schema has it, whose two halves are open at one end: something that begins with a digit, or that
/// ends like a name.
fn is_port(text: &str) -> bool {
    let ends_like_a_name = || {
        let after = text.rfind(|char: char| char.is_ascii_alphabetic()).and_then(|at| text.get(at + 1..));
        after.is_some_and(|tail| {
            let allowed = tail.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            allowed && !tail.ends_with('-') && !tail.contains("--")
        })
    };
    text.starts_with(|char: char| char.is_ascii_digit()) || ends_like_a_name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_of_the_schema() {
        for (form, right, wrong) in [
            (Form::Cidr, ["10.0.0.0/8", "010.1.2.3/8", "::/0"], ["10.0.0.0", "10.0.0/8", "fe80::1%eth0/64"]),
            (Form::GroupName, ["g", "a-b.c", "0.1"], ["", "Bad_Name", "-a"]),
            (Form::DnsName, ["a.b", "_dns.a.", "a"], ["", "a..b", "."]),
            (Form::DnsPattern, ["*", "**.a", "a.*b."], ["", ".a", "a b"]),
            (Form::Port, ["80-90", "web_port", "0x50"], ["", "-", "a-"]),
            (Form::IcmpType, ["0", "255", "EchoRequest"], ["256", "00", "echo"]),
            (Form::Remark, ["", "why", "ä"], ["\u{200b}", "\n", "012345678901234567890123456789012"]),
        ] {
            for text in right {
                assert_eq!(form.fault(text), None, "{form:?} {text}");
            }
            for text in wrong {
                assert!(form.fault(text).is_some(), "{form:?} {text}");
            }
        }
    }
}
