//! Events of `cilium-dbg monitor -j`: packets that were traced or dropped, by their addresses. There are no times in them,
//! and of identities only the numbers.

use std::net::IpAddr;

use serde::Deserialize;

use crate::flow::collect::{Event, Point, Told};
use crate::flow::direction::{Way, by_ports, is_asked};
use crate::flow::record::{Word, address, json};
use crate::flow::{Seen, Talker, TalkerKind};
use crate::port::{Protocol, Traffic};

#[derive(Deserialize)]
struct Notice<'a> {
    #[serde(borrow, rename = "type", default)]
    kind: Word<'a>,
    #[serde(borrow, default)]
    state: Word<'a>,
    #[serde(borrow, default)]
    reason: Word<'a>,
    #[serde(borrow, rename = "observationPoint", default)]
    point: Word<'a>,
    #[serde(rename = "srcLabel", default)]
    source: u32,
    #[serde(rename = "dstLabel", default)]
    destination: u32,
    #[serde(borrow)]
    summary: Option<Summary<'a>>,
}

#[derive(Deserialize)]
struct Summary<'a> {
    #[serde(borrow)]
    tcp: Option<Word<'a>>,
    #[serde(borrow)]
    udp: Option<Word<'a>>,
    #[serde(borrow)]
    sctp: Option<Word<'a>>,
    #[serde(borrow)]
    l3: Option<Pair<'a>>,
    #[serde(borrow)]
    l4: Option<Pair<'a>>,
}

#[derive(Deserialize)]
struct Pair<'a> {
    #[serde(borrow, default)]
    src: Word<'a>,
    #[serde(borrow, default)]
    dst: Word<'a>,
}

/// Reads one record.
pub(crate) fn read(text: &str, told: &mut Vec<Told>) -> Result<(), String> {
    told.push(tell(&json(text)?)?);
    Ok(())
}

fn tell(notice: &Notice<'_>) -> Result<Told, String> {
    let seen = match &*notice.kind {
        "drop" if notice.reason.to_ascii_lowercase().contains("policy") => Seen::Denied,
        "drop" => Seen::Failed,
        "trace" => Seen::Forwarded,
        "logRecord" => return Ok(Told::Nothing("a record of the proxy, without addresses")),
        _ => return Ok(Told::Nothing("an event of the agent")),
    };
    let Some(Summary { l3: Some(l3), l4: Some(l4), tcp, udp, sctp }) = &notice.summary else {
        return Ok(Told::Nothing("no transport protocol"));
    };
    let (protocol, layer) = match (tcp, udp, sctp) {
        (Some(tcp), ..) => (Protocol::Tcp, &**tcp),
        (_, Some(udp), _) => (Protocol::Udp, &**udp),
        (.., Some(sctp)) => (Protocol::Sctp, &**sctp),
        _ => return Ok(Told::Nothing("no transport protocol")),
    };
    // Well-known ports have their names behind the number: `53(domain)`.
    let port = |text: &str| -> Result<u16, String> {
        let digits = text.split_once('(').map_or(text, |(digits, _)| digits);
        digits.parse().map_err(|_| format!("{text:?} is no port"))
    };
    let (from, to) = (port(&l4.src)?, port(&l4.dst)?);
    let flag = |name: &str| layer.split(' ').any(|word| word == name);
    let (syn, ack) = (flag("SYN=true"), flag("ACK=true"));
    let is_back = match &*notice.state {
        state if state.starts_with("reply") || state.starts_with("related") => true,
        "new" | "established" | "reopened" => false,
        _ if syn => ack,
        _ => by_ports(protocol, from, to) == Way::Back,
    };
    if is_back {
        return Ok(Told::Reply);
    }
    let end = |identity: u32, text: &str| -> Result<Talker, String> {
        let address = address(text)?.ok_or_else(|| "a packet without an address".to_owned())?;
        Ok(talker(identity, address))
    };
    if notice.source == 4 || notice.destination == 4 || !is_asked(protocol, to) {
        return Ok(Told::Nothing("Cilium's own health check"));
    }
    let opened = u64::from(protocol != Protocol::Tcp || (syn && !ack) || &*notice.state == "new");
    Ok(Told::Flow(Box::new(Event {
        from: end(notice.source, &l3.src)?,
        to: end(notice.destination, &l3.dst)?,
        traffic: Traffic { protocol, port: to },
        seen,
        request: None,
        opened,
        point: point(&notice.point),
        times: None,
        names: Vec::new(),
    })))
}

/// Reserved identities tell what an address is; all others are pods, known by it.
fn talker(identity: u32, address: IpAddr) -> Talker {
    let kind = match identity {
        1 => TalkerKind::OwnNode,
        6 => TalkerKind::Node,
        2 | 9 | 10 => TalkerKind::Outside,
        7 => TalkerKind::ApiServer,
        8 => TalkerKind::Ingress,
        _ => TalkerKind::Unknown,
    };
    Talker { kind, ..Talker::at(address) }
}

fn point(name: &str) -> Point {
    match name {
        "to-endpoint" => Point::Receiver(12),
        "from-endpoint" => Point::Sender(5),
        "to-stack" => Point::Sender(3),
        "to-overlay" => Point::Sender(4),
        "to-network" => Point::Sender(11),
        "from-overlay" => Point::Receiver(9),
        "from-network" => Point::Receiver(10),
        _ => Point::Somewhere,
    }
}
