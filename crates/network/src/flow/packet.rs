//! What a captured packet says: its ends, protocol and ports. Ethernet (IEEE 802.3, with VLAN tags), Linux cooked captures,
//! BSD loopback, raw IP, and the tunnels in which plug-ins carry the packets of pods: IP in IP, VXLAN and Geneve.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::port::Protocol;

/// How a packet begins, by libpcap's numbers of link types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// 1.
    Ethernet,
    /// 0: four bytes of the host's order tell the family.
    Null,
    /// 108: four bytes of the network's order.
    Loop,
    /// 12, 14 and 101, 228, 229.
    Ip,
    /// 113.
    Cooked,
    /// 276.
    Cooked2,
}

impl Link {
    /// The link type of a number; `None` for those that cannot be read.
    pub(crate) fn of(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Null),
            1 => Some(Self::Ethernet),
            12 | 14 | 101 | 228 | 229 => Some(Self::Ip),
            108 => Some(Self::Loop),
            113 => Some(Self::Cooked),
            276 => Some(Self::Cooked2),
            _ => None,
        }
    }
}

/// What a packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) protocol: Protocol,
    /// 0 for protocols without ports.
    pub(crate) source_port: u16,
    /// The type for ICMP.
    pub(crate) port: u16,
    pub(crate) opening: Opening,
}

/// Whether a packet opens a conversation, as far as it says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// TCP's SYN, SCTP's INIT.
    Asks,
    /// TCP's SYN and ACK, SCTP's INIT ACK.
    Answers,
    /// It goes on in one that was opened.
    GoesOn,
    /// Its protocol does not open conversations.
    Silent,
}

/// Why a packet tells of no flow.
pub(crate) type Nothing = &'static str;

const SHORT: Nothing = "a packet that was cut before its ports";
const NO_IP: Nothing = "no IP packet";
const FRAGMENT: Nothing = "a later fragment of a packet";

/// Reads a packet. Tunnels are opened once: what a tunnel carries is what pods sent.
pub(crate) fn read(link: Link, bytes: &[u8]) -> Result<Packet, Nothing> {
    ip(payload(link, bytes)?, 2)
}

fn payload(link: Link, bytes: &[u8]) -> Result<&[u8], Nothing> {
    match link {
        Link::Ip => Ok(bytes),
        Link::Null | Link::Loop => bytes.get(4..).ok_or(SHORT),
        Link::Ethernet => ethernet(bytes),
        Link::Cooked => typed(u16_at(bytes, 14)?, bytes.get(16..).ok_or(SHORT)?),
        Link::Cooked2 => typed(u16_at(bytes, 0)?, bytes.get(20..).ok_or(SHORT)?),
    }
}

fn ethernet(bytes: &[u8]) -> Result<&[u8], Nothing> {
    typed(u16_at(bytes, 12)?, bytes.get(14..).ok_or(SHORT)?)
}

/// What follows a type of Ethernet, behind the tags of VLANs.
fn typed(mut kind: u16, mut bytes: &[u8]) -> Result<&[u8], Nothing> {
    for _ in 0..4 {
        match kind {
            0x0800 | 0x86dd => return Ok(bytes),
            0x8100 | 0x88a8 | 0x9100 => {
                kind = u16_at(bytes, 2)?;
                bytes = bytes.get(4..).ok_or(SHORT)?;
            }
            _ => return Err(NO_IP),
        }
    }
    Err(NO_IP)
}

fn ip(bytes: &[u8], tunnels: u8) -> Result<Packet, Nothing> {
    match bytes.first().map(|byte| byte >> 4) {
        Some(4) => v4(bytes, tunnels),
        Some(6) => v6(bytes, tunnels),
        Some(_) => Err(NO_IP),
        None => Err(SHORT),
    }
}

fn v4(bytes: &[u8], tunnels: u8) -> Result<Packet, Nothing> {
    let header = usize::from(byte_at(bytes, 0)? & 0x0f) * 4;
    let [from, to] =
        [12, 16].map(|at| array::<4>(bytes, at).map(|octets| IpAddr::V4(Ipv4Addr::from(octets))));
    if u16_at(bytes, 6)? & 0x1fff != 0 {
        return Err(FRAGMENT);
    }
    let protocol = byte_at(bytes, 9)?;
    if header < 20 {
        return Err(NO_IP);
    }
    transport(from?, to?, protocol, bytes.get(header..).ok_or(SHORT)?, tunnels)
}

fn v6(bytes: &[u8], tunnels: u8) -> Result<Packet, Nothing> {
    let [from, to] =
        [8, 24].map(|at| array::<16>(bytes, at).map(|octets| IpAddr::V6(Ipv6Addr::from(octets))));
    let mut next = byte_at(bytes, 6)?;
    let mut rest = bytes.get(40..).ok_or(SHORT)?;
    // Extension headers (RFC 8200): hop by hop, routing, fragment, authentication, destination options, mobility.
    for _ in 0..8 {
        let length = match next {
            0 | 43 | 60 | 135 => (usize::from(byte_at(rest, 1)?) + 1) * 8,
            51 => (usize::from(byte_at(rest, 1)?) + 2) * 4,
            44 if u16_at(rest, 2)? & 0xfff8 != 0 => return Err(FRAGMENT),
            44 => 8,
            _ => break,
        };
        next = byte_at(rest, 0)?;
        rest = rest.get(length..).ok_or(SHORT)?;
    }
    transport(from?.to_canonical(), to?.to_canonical(), next, rest, tunnels)
}

/// The ports at which VXLAN (IANA's, Linux's, Flannel's and Cilium's 8472 is the same) and Geneve are spoken.
const VXLAN: [u16; 2] = [4789, 8472];
const GENEVE: u16 = 6081;

fn transport(from: IpAddr, to: IpAddr, number: u8, bytes: &[u8], tunnels: u8) -> Result<Packet, Nothing> {
    let protocol = Protocol::numbered(number);
    let plain = |source_port, port, opening| Ok(Packet { from, to, protocol, source_port, port, opening });
    match protocol {
        Protocol::Tcp => {
            let flags = byte_at(bytes, 13)?;
            let opening = match (flags & 0x02 != 0, flags & 0x10 != 0) {
                (true, false) => Opening::Asks,
                (true, true) => Opening::Answers,
                (false, _) => Opening::GoesOn,
            };
            plain(u16_at(bytes, 0)?, u16_at(bytes, 2)?, opening)
        }
        Protocol::Udp => {
            let (source, port) = (u16_at(bytes, 0)?, u16_at(bytes, 2)?);
            if tunnels > 0
                && let Some(inner) = bytes.get(8..)
                && let Some(packet) = tunnelled(port, inner, tunnels - 1)
            {
                return Ok(packet);
            }
            plain(source, port, Opening::Silent)
        }
        Protocol::Sctp => {
            let opening = match byte_at(bytes, 12)? {
                1 => Opening::Asks,
                2 => Opening::Answers,
                _ => Opening::GoesOn,
            };
            plain(u16_at(bytes, 0)?, u16_at(bytes, 2)?, opening)
        }
        Protocol::Icmp | Protocol::IcmpV6 => plain(0, u16::from(byte_at(bytes, 0)?), Opening::Silent),
        // IP in IP, and IPv6 in IP.
        Protocol::Other(4 | 41) if tunnels > 0 => ip(bytes, tunnels - 1),
        Protocol::Other(_) => plain(0, 0, Opening::Silent),
    }
}

/// The packet in a tunnel; `None` where it is none.
fn tunnelled(port: u16, bytes: &[u8], tunnels: u8) -> Option<Packet> {
    let frame = if VXLAN.contains(&port) {
        // RFC 7348: the flag says that there is a network's number.
        (bytes.first()? & 0x08 != 0).then(|| bytes.get(8..))??
    } else if port == GENEVE {
        // RFC 8926: version 0, options in words of four bytes, then Ethernet.
        let options = usize::from(bytes.first()? & 0x3f) * 4;
        let is_ethernet = bytes.first()? >> 6 == 0 && u16_at(bytes, 2).ok()? == 0x6558;
        is_ethernet.then(|| bytes.get(8 + options..))??
    } else {
        return None;
    };
    ip(ethernet(frame).ok()?, tunnels).ok()
}

fn byte_at(bytes: &[u8], at: usize) -> Result<u8, Nothing> {
    bytes.get(at).copied().ok_or(SHORT)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Nothing> {
    Ok(u16::from_be_bytes(array(bytes, at)?))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Nothing> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(SHORT)
}
