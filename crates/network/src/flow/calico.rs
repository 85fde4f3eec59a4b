//! Calico's flow logs: the JSON of Felix, Elasticsearch and Whisker, the flows of Goldmane, and the lines of fields between
//! spaces that came before them.

use std::net::IpAddr;

use ironsides_tree::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cluster::Labels;
use crate::flow::collect::{Event, Point, Told};
use crate::flow::direction::is_asked;
use crate::flow::record::{self, Format, Moment, Word, address, dns_name, json, label};
use crate::flow::{Seen, Talker, TalkerKind};
use crate::port::{Protocol, Traffic};

/// A flow log. Absent values are null, empty or `-`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct FlowLog<'a> {
    #[serde(borrow, alias = "startTime")]
    start_time: Option<Moment<'a>>,
    #[serde(borrow, alias = "endTime")]
    end_time: Option<Moment<'a>>,
    #[serde(borrow)]
    source_type: Enum<'a>,
    #[serde(borrow)]
    source_namespace: Option<Word<'a>>,
    #[serde(borrow)]
    source_name: Option<Word<'a>>,
    #[serde(borrow)]
    source_name_aggr: Option<Word<'a>>,
    #[serde(borrow)]
    source_ip: Option<Word<'a>>,
    #[serde(borrow)]
    source_labels: Option<LogLabels<'a>>,
    #[serde(borrow)]
    dest_type: Enum<'a>,
    #[serde(borrow)]
    dest_namespace: Option<Word<'a>>,
    #[serde(borrow)]
    dest_name: Option<Word<'a>>,
    #[serde(borrow)]
    dest_name_aggr: Option<Word<'a>>,
    #[serde(borrow)]
    dest_ip: Option<Word<'a>>,
    #[serde(borrow)]
    dest_labels: Option<LogLabels<'a>>,
    dest_port: Option<i64>,
    #[serde(borrow)]
    dest_domains: Option<Vec<Word<'a>>>,
    #[serde(borrow, alias = "protocol")]
    proto: Enum<'a>,
    #[serde(borrow)]
    action: Enum<'a>,
    #[serde(borrow)]
    reporter: Enum<'a>,
    num_flows_started: Option<u64>,
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "_source")]
    document: Option<&'a RawValue>,
}

/// A flow of Goldmane, in the JSON of its emitter (names with underscores, numbers for words) or of gRPC tools.
#[derive(Deserialize)]
struct GoldmaneFlow<'a> {
    #[serde(borrow, rename = "Key", alias = "key")]
    key: Option<Key<'a>>,
    /// Results of queries have their flow in an envelope.
    #[serde(borrow)]
    flow: Option<&'a RawValue>,
    #[serde(borrow, alias = "startTime")]
    start_time: Option<Moment<'a>>,
    #[serde(borrow, alias = "endTime")]
    end_time: Option<Moment<'a>>,
    #[serde(borrow, alias = "sourceLabels")]
    source_labels: Option<LogLabels<'a>>,
    #[serde(borrow, alias = "destLabels")]
    dest_labels: Option<LogLabels<'a>>,
    #[serde(borrow, default, alias = "numConnectionsStarted")]
    num_connections_started: Enum<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Key<'a> {
    #[serde(borrow, alias = "sourceName")]
    source_name: Word<'a>,
    #[serde(borrow, alias = "sourceNamespace")]
    source_namespace: Word<'a>,
    #[serde(borrow, alias = "sourceType")]
    source_type: Enum<'a>,
    #[serde(borrow, alias = "destName")]
    dest_name: Word<'a>,
    #[serde(borrow, alias = "destNamespace")]
    dest_namespace: Word<'a>,
    #[serde(borrow, alias = "destType")]
    dest_type: Enum<'a>,
    #[serde(borrow, alias = "destPort")]
    dest_port: Enum<'a>,
    #[serde(borrow)]
    proto: Enum<'a>,
    #[serde(borrow)]
    reporter: Enum<'a>,
    #[serde(borrow)]
    action: Enum<'a>,
}

/// A word, or the number that stands for it.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Enum<'a> {
    Number(i64),
    Word(#[serde(borrow)] Word<'a>),
    #[default]
    None,
}

impl Enum<'_> {
    /// As a word.
    fn word(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Word(word) => word.to_string(),
            Self::None => String::new(),
        }
    }

    fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word(word) => word.parse().ok(),
            Self::None => None,
        }
    }
}

/// Labels in their three shapes: `{"labels": ["a=b"]}`, `["a=b"]`, `a=b | c=d`.
#[derive(Deserialize)]
#[serde(untagged)]
enum LogLabels<'a> {
    Object {
        #[serde(borrow)]
        labels: Vec<Word<'a>>,
    },
    List(#[serde(borrow)] Vec<Word<'a>>),
    Text(#[serde(borrow)] Word<'a>),
}

impl LogLabels<'_> {
    fn read(&self) -> Labels {
        match self {
            Self::Object { labels } | Self::List(labels) => labels.iter().map(|text| label(text)).collect(),
            Self::Text(text) => text
                .trim_start_matches('[')
                .trim_end_matches(']')
                .split([' ', '|', ','])
                .filter(|part| part.contains('='))
                .map(label)
                .collect(),
        }
    }
}

/// Reads one JSON record, or a document that holds many.
pub(crate) fn read(text: &str, last: &mut Option<Format>, told: &mut Vec<Told>) -> Result<(), String> {
    let log: FlowLog<'_> = json(text)?;
    if let Some(items) = log.items {
        return items.into_iter().try_for_each(|item| record::read(item.get(), last, told));
    }
    if let Some(document) = log.document {
        return read(document.get(), last, told);
    }
    let from = End {
        kind: &log.source_type.word(),
        namespace: word(log.source_namespace.as_ref()),
        name: word(log.source_name.as_ref()),
        general: word(log.source_name_aggr.as_ref()),
        address: address(word(log.source_ip.as_ref()))?,
        labels: log.source_labels.as_ref().map(LogLabels::read).unwrap_or_default(),
    };
    let to = End {
        kind: &log.dest_type.word(),
        namespace: word(log.dest_namespace.as_ref()),
        name: word(log.dest_name.as_ref()),
        general: word(log.dest_name_aggr.as_ref()),
        address: address(word(log.dest_ip.as_ref()))?,
        labels: log.dest_labels.as_ref().map(LogLabels::read).unwrap_or_default(),
    };
    let domains = log.dest_domains.unwrap_or_default();
    let names = domains.iter().filter(|name| !matches!(&***name, "" | "-")).map(|name| dns_name(name));
    let names: Vec<Text> = names.collect();
    told.push(
        Line {
            from,
            to,
            names,
            port: log.dest_port,
            protocol: &log.proto.word(),
            action: &log.action.word(),
            reporter: &log.reporter.word(),
            opened: log.num_flows_started.unwrap_or(1),
            start: log.start_time,
            end: log.end_time,
        }
        .tell()?,
    );
    Ok(())
}

/// Reads one flow of Goldmane.
pub(crate) fn goldmane(text: &str, told: &mut Vec<Told>) -> Result<(), String> {
    let flow: GoldmaneFlow<'_> = json(text)?;
    if let Some(flow) = flow.flow {
        return goldmane(flow.get(), told);
    }
    let key = flow.key.ok_or("a flow of Goldmane without its key")?;
    let end = |kind, namespace, name, labels: Option<&LogLabels<'_>>| End {
        kind,
        namespace,
        name: "",
        general: name,
        address: None,
        labels: labels.map(LogLabels::read).unwrap_or_default(),
    };
    let started = flow.num_connections_started.number().and_then(|number| u64::try_from(number).ok());
    let (source, dest) = (key.source_type.word(), key.dest_type.word());
    told.push(
        Line {
            from: end(&source, &key.source_namespace, &key.source_name, flow.source_labels.as_ref()),
            to: end(&dest, &key.dest_namespace, &key.dest_name, flow.dest_labels.as_ref()),
            names: Vec::new(),
            port: key.dest_port.number(),
            protocol: &key.proto.word(),
            action: &key.action.word(),
            reporter: &key.reporter.word(),
            opened: started.unwrap_or(1),
            start: flow.start_time,
            end: flow.end_time,
        }
        .tell()?,
    );
    Ok(())
}

/// The fields of a line up to the action, in its two forms: since general names are told apart, one stands behind each name.
const FIELDS: usize = 24;

/// Reads a line of fields between spaces: `startTime endTime srcType srcNamespace srcName srcLabels dstType dstNamespace
/// dstName dstLabels srcIP dstIP proto srcPort dstPort numFlows numFlowsStarted numFlowsCompleted reporter packetsIn
/// packetsOut bytesIn bytesOut action`, and what may follow.
pub(crate) fn line(text: &str, told: &mut Vec<Told>) -> Result<(), String> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    let is_type = |at: usize| matches!(field(at), "wep" | "hep" | "ns" | "net" | "pvt" | "pub");
    if fields.len() < FIELDS || !is_type(2) {
        return Err("no JSON, and no line of Calico's flow logs, which has 24 fields and the type of an end (wep, hep, \
                    ns, net, pvt, pub) in the third"
            .to_owned());
    }
    // One more field for each end where the general name is told, too.
    let more = match (is_type(6), is_type(7)) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => return Err(format!("{:?} is no type of an end", field(6))),
    };
    let rest = 10 + 2 * more;
    let end = |at: usize, address: Option<IpAddr>| End {
        kind: field(at),
        namespace: field(at + 1),
        name: field(at + 2),
        general: if more == 1 { field(at + 3) } else { "" },
        address,
        labels: LogLabels::Text(field(at + 3 + more).into()).read(),
    };
    let number = |at: usize, what: &str| {
        field(at).parse::<u64>().map_err(|_| format!("{:?} is no number of {what}", field(at)))
    };
    let port = match field(rest + 4) {
        "-" => None,
        port => Some(port.parse().map_err(|_| format!("{port:?} is no port"))?),
    };
    told.push(
        Line {
            from: end(2, address(field(rest))?),
            to: end(6 + more, address(field(rest + 1))?),
            names: Vec::new(),
            port,
            protocol: field(rest + 2),
            action: field(rest + 13),
            reporter: field(rest + 8),
            opened: number(rest + 6, "flows started")?,
            start: Some(Moment::Text(field(0).into())),
            end: Some(Moment::Text(field(1).into())),
        }
        .tell()?,
    );
    Ok(())
}

struct End<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    general: &'a str,
    address: Option<IpAddr>,
    labels: Labels,
}

struct Line<'a> {
    from: End<'a>,
    to: End<'a>,
    names: Vec<Text>,
    port: Option<i64>,
    protocol: &'a str,
    action: &'a str,
    reporter: &'a str,
    opened: u64,
    start: Option<Moment<'a>>,
    end: Option<Moment<'a>>,
}

impl Line<'_> {
    fn tell(self) -> Result<Told, String> {
        let protocol =
            protocol(self.protocol).ok_or_else(|| format!("{:?} is no protocol", self.protocol))?;
        let seen = match self.action.to_ascii_lowercase().as_str() {
            "allow" | "1" => Seen::Forwarded,
            "deny" | "2" => Seen::Denied,
            "" | "pass" | "3" | "0" => Seen::Unknown,
            other => return Err(format!("the unknown action {other:?}")),
        };
        let point = match self.reporter.to_ascii_lowercase().as_str() {
            "src" | "out" | "1" => Point::Sender(0),
            "dst" | "in" | "2" => Point::Receiver(0),
            _ => Point::Somewhere,
        };
        let port = match self.port {
            Some(port) => u16::try_from(port).map_err(|_| format!("{port} is no port"))?,
            None => 0,
        };
        // The logs tell no types of ICMP messages; an echo request stands for them.
        let port = match protocol {
            Protocol::Icmp => 8,
            Protocol::IcmpV6 => 128,
            _ => port,
        };
        if protocol.has_ports() && port == 0 {
            return Ok(Told::Nothing("ports were summed up, so that nobody knows which one was called"));
        }
        if !is_asked(protocol, port) {
            return Ok(Told::Reply);
        }
        let at = |moment: Option<Moment<'_>>| moment.and_then(|moment| moment.at());
        let times = at(self.start).map(|start| (start, at(self.end).unwrap_or(start)));
        let names = match self.to.address {
            Some(address) => self.names.iter().map(|name| (address, name.clone())).collect(),
            None => Vec::new(),
        };
        let mut to = self.to.talker()?;
        if let (TalkerKind::Outside, None, [name, ..]) = (to.kind, to.address, self.names.as_slice()) {
            to.name = name.clone();
        }
        Ok(Told::Flow(Box::new(Event {
            from: self.from.talker()?,
            to,
            traffic: Traffic { protocol, port },
            seen,
            request: None,
            opened: self.opened,
            point,
            times,
            names,
        })))
    }
}

impl End<'_> {
    fn talker(self) -> Result<Talker, String> {
        let Self { namespace, address, labels, .. } = self;
        let name = if matches!(self.name, "" | "-") { self.general } else { self.name };
        let name = if name == "-" { "" } else { name };
        let kind = match self.kind {
            "wep" | "WorkloadEndpoint" | "1" => TalkerKind::Pod,
            "hep" | "HostEndpoint" | "2" => TalkerKind::Node,
            "pub" => TalkerKind::Outside,
            "pvt" => TalkerKind::Private,
            // Whisker's flows have no types: what is in no namespace is no pod.
            "" if !matches!(namespace, "" | "-") => TalkerKind::Pod,
            "net" | "ns" | "Network" | "NetworkSet" | "3" | "4" | "" => match name {
                "pvt" => TalkerKind::Private,
                _ => TalkerKind::Outside,
            },
            other => return Err(format!("{other:?} is no type of an end")),
        };
        Ok(match kind {
            TalkerKind::Pod => {
                // Names of sets of pods end with `*`.
                Talker { labels, ..Talker::pod(namespace, name) }
            }
            TalkerKind::Node => Talker { kind, name: Text::new(name), address, ..Talker::default() },
            _ => Talker { kind, address, ..Talker::default() },
        })
    }
}

fn word<'a>(word: Option<&'a Word<'_>>) -> &'a str {
    word.map_or("", |word| word)
}

/// A protocol by its name or number.
pub(crate) fn protocol(text: &str) -> Option<Protocol> {
    if let Some(protocol) = Protocol::named(text) {
        return Some(protocol);
    }
    match text.to_ascii_lowercase().as_str() {
        "ipv6-icmp" => Some(Protocol::IcmpV6),
        number => number.parse().ok().map(Protocol::numbered),
    }
}
