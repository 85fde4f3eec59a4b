//! Flows of Hubble: `hubble observe -o json` and `-o jsonpb`, and the files of its exporter. The fields are those of
//! `flow.proto` and `observer.proto` in Cilium's API, in their JSON form.

use std::net::IpAddr;

use ironsides_tree::Text;
use serde::Deserialize;

use crate::cluster::Labels;
use crate::flow::collect::{Event, Point, Told};
use crate::flow::direction::{Way, by_ports, is_asked};
use crate::flow::record::{Moment, Word, address, dns_name, json, label, list};
use crate::flow::{Request, Seen, Talker, TalkerKind};
use crate::port::{Protocol, Traffic};

/// The envelope, or a flow without one.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    flow: Option<Box<Flow<'a>>>,
    lost_events: Option<LostEvents>,
    node_status: Option<serde::de::IgnoredAny>,
    agent_event: Option<serde::de::IgnoredAny>,
    debug_event: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct LostEvents {
    /// A 64-bit number is a text in the JSON form of protocol buffers.
    #[serde(default)]
    num_events_lost: Number,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(u64),
    Text(String),
}

impl Default for Number {
    fn default() -> Self {
        Self::Number(1)
    }
}

impl Number {
    fn value(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.parse().unwrap_or(1),
        }
    }
}

#[derive(Deserialize)]
struct Flow<'a> {
    #[serde(borrow)]
    time: Option<Moment<'a>>,
    #[serde(borrow, default)]
    verdict: Word<'a>,
    #[serde(borrow, default)]
    drop_reason_desc: Word<'a>,
    drop_reason: Option<u32>,
    #[serde(borrow, rename = "IP")]
    ip: Option<Ip<'a>>,
    l4: Option<Layer4>,
    #[serde(borrow)]
    source: Option<End<'a>>,
    #[serde(borrow)]
    destination: Option<End<'a>>,
    #[serde(borrow, default, rename = "Type")]
    kind: Word<'a>,
    #[serde(borrow, default, deserialize_with = "list")]
    source_names: Vec<Word<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    destination_names: Vec<Word<'a>>,
    #[serde(borrow)]
    l7: Option<Layer7<'a>>,
    event_type: Option<EventType>,
    #[serde(borrow, default)]
    traffic_direction: Word<'a>,
    #[serde(borrow, default)]
    trace_observation_point: Word<'a>,
    is_reply: Option<bool>,
    reply: Option<bool>,
}

#[derive(Deserialize)]
struct Ip<'a> {
    #[serde(borrow, default)]
    source: Word<'a>,
    #[serde(borrow, default)]
    destination: Word<'a>,
}

#[derive(Deserialize)]
struct Layer4 {
    #[serde(rename = "TCP")]
    tcp: Option<Ports>,
    #[serde(rename = "UDP")]
    udp: Option<Ports>,
    #[serde(rename = "SCTP")]
    sctp: Option<Ports>,
    #[serde(rename = "ICMPv4")]
    icmp: Option<Icmp>,
    #[serde(rename = "ICMPv6")]
    icmp6: Option<Icmp>,
}

#[derive(Deserialize)]
struct Ports {
    #[serde(default)]
    source_port: u16,
    #[serde(default)]
    destination_port: u16,
    flags: Option<Flags>,
}

#[derive(Deserialize)]
struct Flags {
    #[serde(rename = "SYN", default)]
    syn: bool,
    #[serde(rename = "ACK", default)]
    ack: bool,
}

#[derive(Deserialize)]
struct Icmp {
    #[serde(rename = "type", default)]
    kind: u8,
}

#[derive(Deserialize)]
struct EventType {
    #[serde(rename = "type", default)]
    kind: i64,
}

#[derive(Deserialize)]
struct End<'a> {
    #[serde(default)]
    identity: u32,
    #[serde(borrow, default)]
    namespace: Word<'a>,
    #[serde(borrow, default, deserialize_with = "list")]
    labels: Vec<Word<'a>>,
    #[serde(borrow, default)]
    pod_name: Word<'a>,
    #[serde(borrow, default, deserialize_with = "list")]
    workloads: Vec<Workload<'a>>,
}

#[derive(Deserialize)]
struct Workload<'a> {
    #[serde(borrow, default)]
    name: Word<'a>,
    #[serde(borrow, default)]
    kind: Word<'a>,
}

#[derive(Deserialize)]
struct Layer7<'a> {
    #[serde(borrow, rename = "type", default)]
    kind: Word<'a>,
    #[serde(borrow)]
    dns: Option<Dns<'a>>,
    #[serde(borrow)]
    http: Option<Http<'a>>,
}

#[derive(Deserialize)]
struct Dns<'a> {
    #[serde(borrow, default)]
    query: Word<'a>,
    #[serde(borrow, default, deserialize_with = "list")]
    ips: Vec<Word<'a>>,
}

#[derive(Deserialize)]
struct Http<'a> {
    #[serde(borrow, default)]
    method: Word<'a>,
    #[serde(borrow, default)]
    url: Word<'a>,
    #[serde(borrow, default, deserialize_with = "list")]
    headers: Vec<Header<'a>>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow, default)]
    key: Word<'a>,
    #[serde(borrow, default)]
    value: Word<'a>,
}

/// `PolicyVerdict` among the types of Cilium's events (`MessageTypePolicyVerdict`).
const POLICY_VERDICT: i64 = 5;

/// Reads one record.
pub(crate) fn read(text: &str, told: &mut Vec<Told>) -> Result<(), String> {
    let envelope: Envelope<'_> = json(text)?;
    if let Some(lost) = envelope.lost_events {
        told.push(Told::Lost(lost.num_events_lost.value()));
        return Ok(());
    }
    if envelope.node_status.is_some() {
        told.push(Told::Nothing("the state of a node"));
        return Ok(());
    }
    if envelope.agent_event.is_some() || envelope.debug_event.is_some() {
        told.push(Told::Nothing("an event of the agent"));
        return Ok(());
    }
    let flow = match envelope.flow {
        Some(flow) => *flow,
        None => json(text)?,
    };
    told.push(tell(&flow)?);
    Ok(())
}

fn tell(flow: &Flow<'_>) -> Result<Told, String> {
    let Flow { ip, l4, l7, .. } = flow;
    match &*flow.kind {
        "SOCK" => return Ok(Told::Nothing("a socket call; the connection itself is told besides")),
        "" | "L3_L4" | "L7" | "UNKNOWN_TYPE" => {}
        other => return Err(format!("a flow of the unknown type {other:?}")),
    }
    let Some(seen) = seen(flow)? else {
        return Ok(Told::Nothing("an address was translated; the connection itself is told besides"));
    };
    let Some(ip) = ip else { return Ok(Told::Nothing("no IP packet")) };
    let (source, destination) = (address(&ip.source)?, address(&ip.destination)?);
    let Some((protocol, from, to, flags)) = l4.as_ref().and_then(ports) else {
        return Ok(Told::Nothing(
            "no transport protocol: a fragment, or a protocol that Hubble does not tell",
        ));
    };
    if !is_asked(protocol, to) {
        return Ok(if is_answer(protocol, to) {
            Told::Reply
        } else {
            Told::Nothing("an ICMP message about another connection")
        });
    }
    let is_opening = flags.as_ref().is_none_or(|flags| flags.syn && !flags.ack);
    // `reply` is the older field: true is certain, false may be unknown.
    let reply = flow.is_reply.or(flow.reply.filter(|&reply| reply));
    let is_back = match (reply, &flags) {
        (Some(reply), _) => reply,
        (None, Some(flags)) if flags.syn => flags.ack,
        (None, _) => by_ports(protocol, from, to) == Way::Back,
    };
    if let Some(l7) = l7
        && &*l7.kind == "RESPONSE"
    {
        // An answer of DNS holds the addresses of its question.
        return l7.dns.as_ref().map_or(Ok(Told::Reply), |dns| answer(flow, dns));
    }
    if is_back {
        return Ok(Told::Reply);
    }
    let (Some(from), Some(to_end)) = (&flow.source, &flow.destination) else {
        return bare(flow, seen, Traffic { protocol, port: to }, source, destination, is_opening);
    };
    if from.is_health() || to_end.is_health() {
        return Ok(Told::Nothing("Cilium's own health check"));
    }
    let (from, to_end) = (from.talker(source), to_end.talker(destination));
    Ok(event(flow, seen, from, to_end, Traffic { protocol, port: to }, is_opening, names(flow)))
}

/// A flow that names no ends: these are what their addresses say.
fn bare(
    flow: &Flow<'_>,
    seen: Seen,
    traffic: Traffic,
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
    is_opening: bool,
) -> Result<Told, String> {
    let end = |end: &Option<End<'_>>, address: Option<IpAddr>| match end {
        Some(end) => Ok(end.talker(address)),
        None => address.map(Talker::at).ok_or_else(|| "a flow without ends and addresses".to_owned()),
    };
    let (from, to) = (end(&flow.source, source)?, end(&flow.destination, destination)?);
    Ok(event(flow, seen, from, to, traffic, is_opening, names(flow)))
}

fn event(
    flow: &Flow<'_>,
    seen: Seen,
    from: Talker,
    to: Talker,
    traffic: Traffic,
    is_opening: bool,
    names: Vec<(IpAddr, Text)>,
) -> Told {
    let request = flow.l7.as_ref().and_then(request);
    let opened = u64::from(is_opening || request.is_some() || flow.is_policy_verdict());
    let at = flow.time.as_ref().and_then(Moment::at);
    let times = at.map(|at| (at, at));
    Told::Flow(Box::new(Event {
        from,
        to,
        traffic,
        seen,
        request,
        opened,
        point: flow.point(),
        times,
        names,
    }))
}

/// The addresses that an answer of DNS holds are kept under the name that was asked for.
fn answer(flow: &Flow<'_>, dns: &Dns<'_>) -> Result<Told, String> {
    if dns.ips.is_empty() || dns.query.is_empty() {
        return Ok(Told::Reply);
    }
    let name = dns_name(&dns.query);
    let mut names = Vec::new();
    for text in &dns.ips {
        names.extend(address(text)?.map(|address| (address, name.clone())));
    }
    // The answer goes back: its ends are those of the question the other way round.
    let (Some(ip), Some((protocol, from_port, ..))) = (&flow.ip, flow.l4.as_ref().and_then(ports)) else {
        return Ok(Told::Reply);
    };
    let (Some(client), Some(server)) = (&flow.destination, &flow.source) else { return Ok(Told::Reply) };
    let client = client.talker(address(&ip.destination)?);
    let server = server.talker(address(&ip.source)?);
    let told =
        event(flow, Seen::Forwarded, client, server, Traffic { protocol, port: from_port }, false, names);
    Ok(match told {
        Told::Flow(event) => Told::Flow(Box::new(Event { opened: 0, ..*event })),
        other => other,
    })
}

/// What became of it; `None` where nothing was decided and the connection is told besides.
fn seen(flow: &Flow<'_>) -> Result<Option<Seen>, String> {
    Ok(Some(match &*flow.verdict {
        "FORWARDED" | "REDIRECTED" => Seen::Forwarded,
        "AUDIT" => Seen::Audited,
        "DROPPED" if flow.is_denied() => Seen::Denied,
        "DROPPED" | "ERROR" => Seen::Failed,
        "TRACED" | "VERDICT_UNKNOWN" | "" => Seen::Unknown,
        "TRANSLATED" => return Ok(None),
        other => return Err(format!("the unknown verdict {other:?}")),
    }))
}

/// The protocol, the ports (for ICMP the type, as the second) and TCP's flags.
fn ports(l4: &Layer4) -> Option<(Protocol, u16, u16, Option<Flags>)> {
    let both = |protocol, ports: &Ports| {
        let flags = ports.flags.as_ref().map(|flags| Flags { syn: flags.syn, ack: flags.ack });
        (protocol, ports.source_port, ports.destination_port, flags)
    };
    let icmp = |protocol, icmp: &Icmp| (protocol, 0, u16::from(icmp.kind), None);
    None.or_else(|| l4.tcp.as_ref().map(|ports| both(Protocol::Tcp, ports)))
        .or_else(|| l4.udp.as_ref().map(|ports| both(Protocol::Udp, ports)))
        .or_else(|| l4.sctp.as_ref().map(|ports| both(Protocol::Sctp, ports)))
        .or_else(|| l4.icmp.as_ref().map(|kind| icmp(Protocol::Icmp, kind)))
        .or_else(|| l4.icmp6.as_ref().map(|kind| icmp(Protocol::IcmpV6, kind)))
}

/// Echo replies and their like.
fn is_answer(protocol: Protocol, kind: u16) -> bool {
    match protocol {
        Protocol::Icmp => matches!(kind, 0 | 14 | 16 | 18),
        _ => kind == 129,
    }
}

fn request(l7: &Layer7<'_>) -> Option<Request> {
    if let Some(dns) = &l7.dns {
        return (!dns.query.is_empty()).then(|| Request::Dns { name: dns_name(&dns.query) });
    }
    let http = l7.http.as_ref()?;
    // The URL has scheme and host where the request came through the proxy: `http://cart.shop:8080/items?page=2`.
    let (authority, path) = match http.url.split_once("://") {
        Some((_, rest)) => match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        },
        None => ("", &*http.url),
    };
    let header = http
        .headers
        .iter()
        .find(|header| [":authority", "host"].iter().any(|key| header.key.eq_ignore_ascii_case(key)));
    let authority = header.map_or(authority, |header| &*header.value);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let (path, query) = path.split_once('?').map_or((path, false), |(path, _)| (path, true));
    Some(Request::Http {
        method: Text::new(&http.method),
        path: if path.is_empty() { Text::new_static("/") } else { Text::new(path) },
        host: dns_name(host),
        has_query: query,
    })
}

fn names(flow: &Flow<'_>) -> Vec<(IpAddr, Text)> {
    let Some(ip) = &flow.ip else { return Vec::new() };
    let of = |text: &str, names: &[Word<'_>]| -> Vec<(IpAddr, Text)> {
        let Ok(Some(address)) = address(text) else { return Vec::new() };
        names.iter().filter(|name| !name.is_empty()).map(|name| (address, dns_name(name))).collect()
    };
    let mut all = of(&ip.source, &flow.source_names);
    all.extend(of(&ip.destination, &flow.destination_names));
    all
}

impl Flow<'_> {
    fn is_policy_verdict(&self) -> bool {
        self.event_type.as_ref().is_some_and(|event| event.kind == POLICY_VERDICT)
    }

    /// `POLICY_DENIED` is 133, `POLICY_DENY` 181, `AUTH_REQUIRED` 189. Proxies drop without a reason.
    fn is_denied(&self) -> bool {
        let known = matches!(&*self.drop_reason_desc, "POLICY_DENIED" | "POLICY_DENY" | "AUTH_REQUIRED");
        let reason = matches!(self.drop_reason, Some(133 | 181 | 189));
        let none = self.drop_reason_desc.is_empty() && self.drop_reason.is_none_or(|reason| reason == 0);
        known || reason || (none && (self.l7.is_some() || self.is_policy_verdict()))
    }

    /// Packets pass several points on each side; every point is counted by itself.
    fn point(&self) -> Point {
        let point = match &*self.trace_observation_point {
            _ if self.l7.is_some() => 30,
            _ if self.is_policy_verdict() => 31,
            "TO_PROXY" => 1,
            "TO_HOST" => 2,
            "TO_STACK" => 3,
            "TO_OVERLAY" => 4,
            "FROM_ENDPOINT" => 5,
            "FROM_PROXY" => 6,
            "FROM_HOST" => 7,
            "FROM_STACK" => 8,
            "FROM_OVERLAY" => 9,
            "FROM_NETWORK" => 10,
            "TO_NETWORK" => 11,
            "TO_ENDPOINT" => 12,
            _ => 0,
        };
        match (&*self.traffic_direction, point) {
            // What comes to a pod has come through, whatever end it is told for: on one node one event does for both.
            (_, 12) => Point::Receiver(12),
            ("INGRESS", point) => Point::Receiver(point),
            ("EGRESS", point) => Point::Sender(point),
            _ => Point::Somewhere,
        }
    }
}

impl End<'_> {
    fn has(&self, reserved: &str) -> bool {
        self.labels.iter().any(|label| label.strip_prefix("reserved:") == Some(reserved))
    }

    /// The reserved identity 4.
    fn is_health(&self) -> bool {
        self.identity == 4 || self.has("health")
    }

    /// Reserved identities: 1 the own node, 2, 9 and 10 the world, 6 other nodes, 7 the API server, 8 the proxy for Ingress.
    fn talker(&self, address: Option<IpAddr>) -> Talker {
        if !self.pod_name.is_empty() || !self.namespace.is_empty() {
            let workload = self.workloads.first();
            let part = |part: Option<&Word<'_>>| part.map(Text::new).unwrap_or_default();
            return Talker {
                kind: TalkerKind::Pod,
                namespace: Text::new(&self.namespace),
                name: Text::new(&self.pod_name),
                workload: (part(workload.map(|it| &it.kind)), part(workload.map(|it| &it.name))),
                labels: self.pod_labels(),
                address: None,
            };
        }
        let kind = if self.identity == 7 || self.has("kube-apiserver") {
            TalkerKind::ApiServer
        } else if self.identity == 6 || self.has("remote-node") {
            TalkerKind::Node
        } else if self.identity == 1 || self.has("host") {
            TalkerKind::OwnNode
        } else if self.identity == 8 || self.has("ingress") {
            TalkerKind::Ingress
        } else if matches!(self.identity, 2 | 9 | 10) || self.labels.iter().any(|label| is_outside(label)) {
            TalkerKind::Outside
        } else {
            TalkerKind::Unknown
        };
        Talker { kind, address, ..Talker::default() }
    }

    /// The labels of the pod itself among those of its identity.
    fn pod_labels(&self) -> Labels {
        let own = |label: &Word<'_>| {
            let label = label.strip_prefix("k8s:")?;
            let foreign =
                label.starts_with("io.cilium.k8s.") || label.starts_with("io.kubernetes.pod.namespace");
            (!foreign).then(|| self::label(label))
        };
        self.labels.iter().filter_map(own).collect()
    }
}

fn is_outside(label: &str) -> bool {
    label.starts_with("reserved:world") || label.starts_with("cidr:") || label.starts_with("fqdn:")
}
