//! Observed flows: who was seen to open connections to whom, read from the logs of plug-ins, from connect events and from
//! captured packets.
//!
//! [`Flows`] takes records one after the other ([`Flows::record`], one line or one JSON document each) and tells the formats
//! apart by itself: Hubble, `cilium monitor`, Calico's flow logs, connect events. [`Capture`] does the same for the bytes of
//! a pcap or pcapng file. What was seen many times is kept once, so that memory grows with the pairs that talk and not with
//! the log. [`Flows::finish`] gives the [`Observed`] flows and a [`FlowTally`] of what was read, passed over and bad.
//!
//! A connection counts once, however often and from however many ends it was seen, replies are no flows, and the port of a
//! flow is the one that was listened on.

mod calico;
mod capture;
mod collect;
mod connect;
mod direction;
mod hubble;
mod monitor;
mod packet;
mod record;
pub(crate) mod resolve;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use ironsides_tree::Text;
use jiff::Timestamp;

use crate::cluster::Labels;
use crate::port::Traffic;

pub use capture::{Capture, is_capture};
pub use collect::Flows;
pub use record::is_flow_log;
pub use resolve::{Resolved, ResolvedFlow, Who, resolve};
pub use tally::{BadRecord, FlowTally};

/// What flow logs say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The flows, sorted by their ends and traffic.
    pub flows: Vec<ObservedFlow>,
    /// Names that were seen for addresses, in DNS answers or beside flows.
    pub names: BTreeMap<IpAddr, BTreeSet<Text>>,
    /// What was read, passed over and bad.
    pub tally: FlowTally,
}

/// Connections, or attempts at them, that were seen and are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedFlow {
    /// Who opened them.
    pub from: Talker,
    /// To whom.
    pub to: Talker,
    /// The protocol with the port that was listened on.
    pub traffic: Traffic,
    /// What the plug-in did with them.
    pub seen: Seen,
    /// What was asked on them, where a proxy looked into them.
    pub request: Option<Request>,
    /// How many connections there were (requests, where there is one), at least 1.
    pub count: u64,
    /// When the first was seen, if the log tells times.
    pub first: Option<Timestamp>,
    /// When the last was seen.
    pub last: Option<Timestamp>,
    /// Where the first stands in the log.
    pub place: LogPlace,
}

/// One end of an observed connection, by whatever the log says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Talker {
    /// What it is.
    pub kind: TalkerKind,
    /// The namespace of a pod or service; empty where none is told.
    pub namespace: Text,
    /// Of a pod its name, with a `*` at its end where the log holds only how it begins; of a node or service its name; of
    /// something outside its DNS name. Empty where none is told.
    pub name: Text,
    /// The kind and name of a pod's workload; empty where none is told. The kind may be missing alone.
    pub workload: (Text, Text),
    /// The labels of a pod, as far as the log tells them.
    pub labels: Labels,
    /// The address; `None` where none is told, and for pods that are known by name.
    pub address: Option<IpAddr>,
}

/// What one end of a connection is, as the log says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TalkerKind {
    /// A pod.
    Pod,
    /// A node, or what uses its network.
    Node,
    /// The node on which the pod at the other end is, or what uses its network: the kubelet with its probes.
    OwnNode,
    /// A service, before translation to one of its backends.
    Service,
    /// The API server.
    ApiServer,
    /// The plug-in's own proxy for Ingress and Gateway API.
    Ingress,
    /// Something outside the cluster. Without an address or a name it is somewhere in public networks.
    Outside,
    /// Something in private networks of which the plug-in knows no more.
    Private,
    /// The log does not say: only an address is known.
    #[default]
    Unknown,
}

/// What a plug-in did with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    /// Let it through.
    Forwarded,
    /// Let it through, although a policy in audit mode would have it dropped.
    Audited,
    /// Dropped it, by a policy.
    Denied,
    /// Dropped it for another reason, or something failed.
    Failed,
    /// It was seen, and nobody says what became of it: connect events and captured packets.
    #[default]
    Unknown,
}

impl Seen {
    /// Whether traffic of this kind must be let through: it was, or nobody says otherwise.
    pub fn is_wanted(self) -> bool {
        matches!(self, Self::Forwarded | Self::Audited | Self::Unknown)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Forwarded => "forwarded",
            Self::Audited => "audited",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Unknown => "seen",
        })
    }
}

/// What was asked on a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// An HTTP request.
    Http {
        /// The method, as sent.
        method: Text,
        /// The path, without its query.
        path: Text,
        /// The host that was asked, without a port; empty where none is told.
        host: Text,
        /// Whether a query followed the path.
        has_query: bool,
    },
    /// Requests of HTTP by one method with more different paths than are kept.
    Many {
        /// The method, as sent.
        method: Text,
    },
    /// A DNS question.
    Dns {
        /// The name, in lower case and without the dot at its end.
        name: Text,
    },
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { method, path, .. } => write!(out, "{method} {path}"),
            Self::Many { method } => write!(out, "{method} of many paths"),
            Self::Dns { name } => write!(out, "lookup of {name}"),
        }
    }
}

/// A place in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPlace {
    /// The file, as it was named.
    pub source: Text,
    /// The line, or the packet, from 1.
    pub line: u64,
}

impl fmt::Display for LogPlace {
    /// `flows.json:12`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.source, self.line)
    }
}

impl Talker {
    /// Something of which only the address is known.
    pub fn at(address: IpAddr) -> Self {
        Self { address: Some(address), ..Self::default() }
    }

    /// A pod by its name.
    pub fn pod(namespace: &str, name: &str) -> Self {
        Self {
            kind: TalkerKind::Pod,
            namespace: Text::new(namespace),
            name: Text::new(name),
            ..Self::default()
        }
    }
}

impl fmt::Display for Talker {
    /// `shop/cart-7d98`, `shop/cart` for a workload, `node worker-1`, `service shop/cart`, `93.184.216.34`, `api.example.com`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let qualified = |out: &mut fmt::Formatter<'_>, name: &str| {
            if self.namespace.is_empty() {
                out.write_str(name)
            } else {
                write!(out, "{}/{name}", self.namespace)
            }
        };
        let address = |out: &mut fmt::Formatter<'_>| match self.address {
            Some(address) => write!(out, "{address}"),
            None => out.write_str("somebody"),
        };
        match self.kind {
            TalkerKind::Pod if !self.name.is_empty() => qualified(out, &self.name),
            TalkerKind::Pod if !self.workload.1.is_empty() => qualified(out, &self.workload.1),
            TalkerKind::Pod if !self.namespace.is_empty() => write!(out, "a pod of {}", self.namespace),
            TalkerKind::Pod => out.write_str("a pod"),
            TalkerKind::OwnNode => {
                out.write_str("its own node ")?;
                if self.name.is_empty() { address(out) } else { out.write_str(&self.name) }
            }
            TalkerKind::Node if !self.name.is_empty() => write!(out, "node {}", self.name),
            TalkerKind::Node => {
                out.write_str("node ")?;
                address(out)
            }
            TalkerKind::Service => {
                out.write_str("service ")?;
                if self.name.is_empty() { address(out) } else { qualified(out, &self.name) }
            }
            TalkerKind::ApiServer => out.write_str("the API server"),
            TalkerKind::Ingress => out.write_str("the ingress proxy"),
            TalkerKind::Outside | TalkerKind::Unknown if !self.name.is_empty() => out.write_str(&self.name),
            TalkerKind::Outside if self.address.is_none() => out.write_str("public networks"),
            TalkerKind::Private if self.address.is_none() => out.write_str("private networks"),
            TalkerKind::Outside | TalkerKind::Private | TalkerKind::Unknown => address(out),
        }
    }
}
