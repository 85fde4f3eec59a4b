//! Addresses, networks and ports as conditions write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network: an address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `address/bits`. Bits of the host are ignored; a text with a dot is IPv4.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let is_v4 = text.contains('.');
        let (address, bits) = match text.split_once('/') {
            Some(parts) => parts,
            None if is_v4 => return Err(format!("unrecognized IP network {text}")),
            None => return Err(format!("invalid v6 netmask: {text}")),
        };
        let base = if is_v4 {
            v4(address).map(IpAddr::V4).ok_or_else(|| format!("unrecognized IP address {text}"))?
        } else {
            v6(address).map(IpAddr::V6).ok_or_else(|| format!("unrecognized IPv6 address {text}"))?
        };
        let bits = crate::number::signed(bits).ok_or_else(|| format!("{bits} is not a valid number"))?;
        let allowed = if is_v4 { 0..=32 } else { 1..=128 };
        match u32::try_from(bits) {
            Ok(count) if allowed.contains(&bits) => Ok(Self { base, bits: count }),
            _ if is_v4 => Err(format!("invalid netmask {bits}")),
            _ => Err(format!("invalid v6 netmask {bits}")),
        }
    }

    /// Whether an address is in it.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let difference = u32::from(base) ^ u32::from(address);
                self.bits == 0 || difference >> (32 - self.bits) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let difference = u128::from(base) ^ u128::from(address);
                self.bits == 0 || difference >> (128 - self.bits) == 0
            }
            _ => false,
        }
    }
}

/// Reads an address. A text with a dot is IPv4, everything else IPv6.
pub(crate) fn address(text: &str) -> Result<IpAddr, String> {
    if text.contains('.') {
        v4(text).map(IpAddr::V4).ok_or_else(|| format!("unrecognized IPv4 address {text}"))
    } else {
        v6(text).map(IpAddr::V6).ok_or_else(|| format!("unrecognized IPv6 address {text}"))
    }
}

fn v4(text: &str) -> Option<Ipv4Addr> {
    text.parse().ok()
}

fn v6(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok()
}

/// Reads a port: digits, of which the low 16 bits count, or the name of a service.
pub(crate) fn port(text: &str) -> Result<u64, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.parse::<u128>().map_or(0, |port| u64::try_from(port & 0xFFFF).unwrap_or(0)));
    }
    let known = SERVICES.iter().find(|(name, _)| *name == text);
    known.map(|(_, port)| *port).ok_or_else(|| format!("unrecognized protocol {text}"))
}

/// Services by name. libsinsp asks the machine it runs on; a rule must mean the same everywhere. Source: the IANA
/// service name and port number registry.
const SERVICES: [(&str, u64); 30] = [
    ("domain", 53),
    ("ftp", 21),
    ("ftp-data", 20),
    ("git", 9418),
    ("http", 80),
    ("http-alt", 8080),
    ("https", 443),
    ("imap", 143),
    ("imaps", 993),
    ("ircd", 6667),
    ("kerberos", 88),
    ("ldap", 389),
    ("ldaps", 636),
    ("microsoft-ds", 445),
    ("ms-wbt-server", 3389),
    ("mysql", 3306),
    ("netbios-ssn", 139),
    ("nfs", 2049),
    ("ntp", 123),
    ("pop3", 110),
    ("pop3s", 995),
    ("postgresql", 5432),
    ("redis", 6379),
    ("rsync", 873),
    ("smtp", 25),
    ("snmp", 161),
    ("ssh", 22),
    ("sunrpc", 111),
    ("syslog", 514),
    ("telnet", 23),
];
