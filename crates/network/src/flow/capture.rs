//! Captured packets: pcap (`pcap-savefile(5)`, also with nanoseconds) and pcapng (IETF draft opsawg-pcapng), in whatever
//! pieces the bytes come.

use ironsides_tree::Text;
use jiff::Timestamp;
use rustc_hash::FxHashSet;

use crate::flow::collect::{Event, Flows, Point, Told};
use crate::flow::direction::{Way, by_ports, is_asked};
use crate::flow::packet::{self, Link, Opening, Packet};
use crate::flow::{LogPlace, Seen, Talker};
use crate::port::{Protocol, Traffic};

/// No packet and no block is larger; what says so is broken.
const LARGEST: usize = 16 << 20;
/// So many conversations are remembered; after them their answers are told by their ports alone.
const REMEMBERED: usize = 1 << 20;

/// Whether bytes begin as a pcap or pcapng file does. Four bytes tell.
pub fn is_capture(bytes: &[u8]) -> bool {
    matches!(
        bytes.first_chunk::<4>(),
        Some(
            [0xa1, 0xb2, 0xc3, 0xd4]
                | [0xd4, 0xc3, 0xb2, 0xa1]
                | [0xa1, 0xb2, 0x3c, 0x4d]
                | [0x4d, 0x3c, 0xb2, 0xa1]
                | [0x0a, 0x0d, 0x0d, 0x0a]
        )
    )
}

/// Reads the bytes of one capture into [`Flows`].
#[derive(Debug)]
pub struct Capture {
    source: Text,
    rest: Vec<u8>,
    state: State,
    packets: u64,
    talks: FxHashSet<(std::net::IpAddr, std::net::IpAddr, Traffic, u16)>,
}

#[derive(Debug)]
enum State {
    Begin,
    Pcap {
        big: bool,
        nanoseconds: bool,
        link: Option<Link>,
    },
    PcapNg {
        big: bool,
        interfaces: Vec<Interface>,
    },
    /// Nothing more can be read.
    Broken,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: Option<Link>,
    /// So many units of time in a second.
    units: u64,
}

impl Capture {
    /// A capture by the name of its file.
    pub fn new(source: &str) -> Self {
        Self {
            source: Text::new(source),
            rest: Vec::new(),
            state: State::Begin,
            packets: 0,
            talks: FxHashSet::default(),
        }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], flows: &mut Flows) {
        if matches!(self.state, State::Broken) {
            return;
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let mut left = all.as_slice();
        loop {
            match self.step(left, flows) {
                Ok(Some(used)) => left = left.get(used..).unwrap_or_default(),
                Ok(None) => break,
                Err(why) => {
                    self.bad(flows, why);
                    self.state = State::Broken;
                    return;
                }
            }
        }
        self.rest = left.to_vec();
    }

    /// There are no more bytes.
    pub fn end(mut self, flows: &mut Flows) {
        if !self.rest.is_empty() {
            self.bad(flows, "the capture ends in the middle of a packet".to_owned());
        }
    }

    fn bad(&mut self, flows: &mut Flows, why: String) {
        flows.tally.records += 1;
        flows.tally.bad(LogPlace { source: self.source.clone(), line: self.packets + 1 }, why);
    }

    /// Reads one part of the file: how many bytes it took, or `None` where there are too few.
    fn step(&mut self, bytes: &[u8], flows: &mut Flows) -> Result<Option<usize>, String> {
        match &mut self.state {
            State::Begin => self.begin(bytes),
            State::Pcap { big, nanoseconds, link } => {
                let (big, nanoseconds, link) = (*big, *nanoseconds, *link);
                let Some([seconds, fraction, captured, _]) = words(bytes, big) else { return Ok(None) };
                let length = 16 + bounded(captured)?;
                let Some(packet) = bytes.get(16..length) else { return Ok(None) };
                let nanos = if nanoseconds { fraction } else { fraction.saturating_mul(1000) };
                let at = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
                self.packet(link, packet, Timestamp::from_nanosecond(at).ok(), flows);
                Ok(Some(length))
            }
            State::PcapNg { .. } => self.block(bytes, flows),
            State::Broken => Ok(None),
        }
    }

    fn begin(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        let Some(magic) = bytes.first_chunk::<4>() else { return Ok(None) };
        let (big, nanoseconds) = match magic {
            [0x0a, 0x0d, 0x0d, 0x0a] => {
                self.state = State::PcapNg { big: false, interfaces: Vec::new() };
                return Ok(Some(0));
            }
            [0xa1, 0xb2, 0xc3, 0xd4] => (true, false),
            [0xd4, 0xc3, 0xb2, 0xa1] => (false, false),
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, true),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, true),
            _ => return Err("no capture: neither pcap nor pcapng begins so".to_owned()),
        };
        let Some([_, _, _, _, _, network]) = words(bytes, big) else { return Ok(None) };
        // The upper bits tell of checksums behind frames.
        self.state = State::Pcap { big, nanoseconds, link: Some(link(network & 0x0fff_ffff)?) };
        Ok(Some(24))
    }

    fn block(&mut self, bytes: &[u8], flows: &mut Flows) -> Result<Option<usize>, String> {
        let State::PcapNg { big, interfaces } = &mut self.state else { return Ok(None) };
        let is_section = bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]);
        if is_section {
            // A section says its order of bytes itself, and begins its interfaces anew.
            match bytes.get(8..12) {
                None => return Ok(None),
                Some([0x1a, 0x2b, 0x3c, 0x4d]) => *big = true,
                Some([0x4d, 0x3c, 0x2b, 0x1a]) => *big = false,
                Some(_) => return Err("a section of pcapng without its order of bytes".to_owned()),
            }
            interfaces.clear();
        }
        let big = *big;
        let Some([kind, length]) = words(bytes, big) else { return Ok(None) };
        let length = bounded(length)?;
        if length < 12 || length % 4 != 0 {
            return Err(format!("a block of {length} bytes, which pcapng does not have"));
        }
        let Some(block) = bytes.get(..length) else { return Ok(None) };
        let body = block.get(8..length - 4).unwrap_or_default();
        match kind {
            _ if is_section => {}
            // Interface description.
            1 => {
                let half = |at: usize| half(body, at, big);
                let interface = Interface {
                    link: half(0).and_then(|number| Link::of(u32::from(number))),
                    units: units(body.get(8..).unwrap_or_default(), big),
                };
                interfaces.push(interface);
            }
            // Enhanced packet.
            6 => {
                let Some([at, high, low, captured, _]) = words(body, big) else {
                    return Err("a packet's block without its head".to_owned());
                };
                let Some(&Interface { link, units }) = interfaces.get(at as usize) else {
                    return Err(format!("a packet of interface {at}, which nothing describes"));
                };
                let time = (u64::from(high) << 32) | u64::from(low);
                let nanos = i128::from(time) * 1_000_000_000 / i128::from(units);
                let captured = bounded(captured)?;
                let packet = body.get(20..20 + captured).ok_or("a packet longer than its block")?;
                self.packet(link, packet, Timestamp::from_nanosecond(nanos).ok(), flows);
            }
            // Simple packet: of the first interface, without a time.
            3 => {
                let link = interfaces.first().and_then(|interface| interface.link);
                let Some([original]) = words(body, big) else {
                    return Err("a packet's block without its head".to_owned());
                };
                let rest = body.get(4..).unwrap_or_default();
                let packet = rest.get(..rest.len().min(original as usize)).unwrap_or_default();
                self.packet(link, packet, None, flows);
            }
            // Names, statistics and whatever else there is.
            _ => {}
        }
        Ok(Some(length))
    }

    fn packet(&mut self, link: Option<Link>, bytes: &[u8], at: Option<Timestamp>, flows: &mut Flows) {
        self.packets += 1;
        let told = match link {
            None => Told::Nothing("a packet of a link type that cannot be read"),
            Some(link) => match packet::read(link, bytes) {
                Ok(packet) => self.told(packet, at),
                Err(nothing) => Told::Nothing(nothing),
            },
        };
        flows.tell(&self.source, self.packets, told);
    }

    fn told(&mut self, packet: Packet, at: Option<Timestamp>) -> Told {
        let Packet { from, to, protocol, source_port, port, opening } = packet;
        if [from, to].iter().any(|end| end.is_multicast() || end.is_unspecified() || is_broadcast(*end)) {
            return Told::Nothing("sent to many at once, which policies do not judge");
        }
        if !is_asked(protocol, port) {
            return match protocol {
                Protocol::Icmp if matches!(port, 0 | 14 | 16 | 18) => Told::Reply,
                Protocol::IcmpV6 if port == 129 => Told::Reply,
                _ => Told::Nothing("an ICMP message about another connection or about neighbours"),
            };
        }
        let forth = (from, to, Traffic { protocol, port }, source_port);
        let back = (to, from, Traffic { protocol, port: source_port }, port);
        let (talk, opened) = match opening {
            Opening::Asks => (forth, 1),
            Opening::Answers => return self.answered(back, at),
            Opening::Silent | Opening::GoesOn if self.talks.contains(&forth) => {
                return Told::Nothing("another packet of a connection");
            }
            Opening::Silent | Opening::GoesOn if self.talks.contains(&back) => return Told::Reply,
            Opening::Silent | Opening::GoesOn => match by_ports(protocol, source_port, port) {
                Way::Forth => (forth, 1),
                Way::Back => (back, 1),
                Way::Unclear if opening == Opening::Silent => (forth, 1),
                Way::Unclear => {
                    return Told::Nothing(
                        "of a connection that was opened before, whose ports do not tell who did",
                    );
                }
            },
        };
        // A SYN that is sent again opens nothing new.
        if !self.remember(talk) {
            return Told::Nothing("another packet of a connection");
        }
        observed(talk, opened, at)
    }

    /// The answer to what was not captured tells of it all the same.
    fn answered(
        &mut self,
        talk: (std::net::IpAddr, std::net::IpAddr, Traffic, u16),
        at: Option<Timestamp>,
    ) -> Told {
        if self.remember(talk) { observed(talk, 1, at) } else { Told::Reply }
    }

    /// Whether it is new.
    fn remember(&mut self, talk: (std::net::IpAddr, std::net::IpAddr, Traffic, u16)) -> bool {
        if self.talks.len() >= REMEMBERED {
            return !self.talks.contains(&talk);
        }
        self.talks.insert(talk)
    }
}

fn observed(
    (from, to, traffic, _): (std::net::IpAddr, std::net::IpAddr, Traffic, u16),
    opened: u64,
    at: Option<Timestamp>,
) -> Told {
    Told::Flow(Box::new(Event {
        from: Talker::at(from),
        to: Talker::at(to),
        traffic,
        seen: Seen::Unknown,
        request: None,
        opened,
        point: Point::Somewhere,
        times: at.map(|at| (at, at)),
        names: Vec::new(),
    }))
}

fn is_broadcast(address: std::net::IpAddr) -> bool {
    matches!(address, std::net::IpAddr::V4(address) if address.is_broadcast())
}

fn link(number: u32) -> Result<Link, String> {
    Link::of(number).ok_or_else(|| {
        format!("the link type {number} cannot be read; capture with -i any, or on an interface of Ethernet")
    })
}

fn bounded(length: u32) -> Result<usize, String> {
    let length = length as usize;
    if length > LARGEST {
        Err(format!("a length of {length} bytes, which no packet has"))
    } else {
        Ok(length)
    }
}

/// The units of time in a second: the option `if_tsresol` (9), or millionths.
fn units(mut options: &[u8], big: bool) -> u64 {
    while let (Some(code), Some(length)) = (half(options, 0, big), half(options, 2, big)) {
        if code == 9
            && let Some(&resolution) = options.get(4)
        {
            let power = u32::from(resolution & 0x7f);
            let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
            return base.checked_pow(power).unwrap_or(1_000_000);
        }
        let padded = usize::from(length).div_ceil(4) * 4;
        options = options.get(4 + padded..).unwrap_or_default();
    }
    1_000_000
}

fn half(bytes: &[u8], at: usize, big: bool) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk::<2>()?;
    Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

fn words<const N: usize>(bytes: &[u8], big: bool) -> Option<[u32; N]> {
    let mut all = [0; N];
    for (word, bytes) in all.iter_mut().zip(bytes.get(..4 * N)?.chunks_exact(4)) {
        let bytes = *bytes.first_chunk::<4>()?;
        *word = if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    }
    Some(all)
}
