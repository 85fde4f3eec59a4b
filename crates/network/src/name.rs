//! The ends of connections as people write them: `shop/web`, `svc/shop/api:http`, `10.0.0.0/8:443`, `internet`.

mod addresses;
mod find;
mod kind;
pub(crate) mod near;
mod port;
mod special;

use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::address::AddressSet;
use crate::cluster::{Cluster, Endpoint};
use crate::error::NetworkError;
use crate::port::Traffic;

pub use find::workload_of;
pub use port::AskedPort;
pub use special::internet;

/// One end of a question: everything that a text stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// As it is told: `shop/web`, `svc/shop/api`, `node/n1`, `10.0.0.0/8`, `internet`.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
    /// Who of the cluster is meant: pods in the order in which they were read, then nodes. Empty for addresses.
    pub members: Vec<Endpoint>,
    /// Which addresses outside the cluster are meant.
    pub outside: AddressSet,
    /// The name outside the cluster that a service stands for (type `ExternalName`), with whether its addresses are known;
    /// otherwise `outside` is wherever they may be.
    pub named: Option<(Text, bool)>,
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyKind {
    /// All pods of a workload.
    Workload,
    /// One pod.
    Pod,
    /// A node.
    Node,
    /// What serves a service: a place in [`Cluster::services`].
    Service(u32),
    /// Every workload of a namespace.
    Namespace,
    /// An address.
    Address,
    /// A block of addresses.
    Block,
    /// Every address of the public internet.
    Internet,
}

/// Where traffic goes to: a party with the port that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The party.
    pub party: Party,
    /// The port, if one was asked for.
    pub port: Option<AskedPort>,
}

/// Up to so many stretches of addresses are told one by one.
const FEW: usize = 3;

/// The ways in which ends are written, for error messages.
const ENDS: &str = "write NAMESPACE/WORKLOAD, deploy/NAMESPACE/NAME (or another kind), pod/NAMESPACE/NAME, \
                    svc/NAMESPACE/NAME, node/NAME, ns/NAME, an address, a block or internet";

impl Party {
    /// What a text stands for in a cluster.
    ///
    /// # Errors
    ///
    /// Says what is not there, with the nearest name that is, or how ends are written.
    pub fn read(text: &str, cluster: &Cluster) -> Result<Self, NetworkError> {
        let malformed = |expected| NetworkError::Malformed {
            text: text.to_owned(),
            what: "end of a connection",
            expected,
        };
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(find::address(address, cluster));
        }
        if let Ok(block) = bare.parse::<IpNet>() {
            return Ok(Self::of_block(block));
        }
        if text.eq_ignore_ascii_case("internet") {
            return Ok(Self {
                name: "internet".to_owned(),
                kind: PartyKind::Internet,
                members: Vec::new(),
                outside: internet(),
                named: None,
            });
        }
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(malformed(ENDS));
        }
        match parts.as_slice() {
            [first, name] => match kind::named(first) {
                Some(kind::NAMESPACE) => find::namespace(name, cluster),
                Some(kind::NODE) => find::node(name, cluster),
                _ => find::workload(None, first, name, cluster),
            },
            [first, namespace, name] => match kind::named(first) {
                Some(kind::SERVICE) => find::service(namespace, name, cluster),
                Some(kind::POD) => find::pod(namespace, name, cluster),
                Some(kind::NAMESPACE | kind::NODE) => Err(malformed(ENDS)),
                _ => find::workload(Some(first), namespace, name, cluster),
            },
            [word] => Err(find::bare_word(word, cluster).unwrap_or_else(|| malformed(ENDS))),
            _ => Err(malformed(ENDS)),
        }
    }

    /// A block of addresses.
    pub fn of_block(block: IpNet) -> Self {
        Self {
            name: block.to_string(),
            kind: PartyKind::Block,
            members: Vec::new(),
            outside: AddressSet::block(block, &[]),
            named: None,
        }
    }

    /// Some of its addresses, told by its name: `internet`, `internet but 10.0.0.0/8`, `192.0.2.0/24 of internet`; a few
    /// stretches where there are many.
    pub fn told_of(&self, some: &AddressSet) -> String {
        if some.minus(&self.outside).is_empty() && matches!(self.kind, PartyKind::Internet | PartyKind::Block)
        {
            let missing = self.outside.minus(some);
            if missing.is_empty() {
                return self.name.clone();
            }
            if missing.ranges().len() <= FEW {
                return format!("{} but {}", self.name, missing.told(FEW));
            }
            return format!("{} of {}", some.told(FEW), self.name);
        }
        some.told(FEW)
    }

    /// Nobody: a workload of which there are no pods.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.outside.is_empty()
    }
}

impl Destination {
    /// What a text stands for: an end, and after a colon a port.
    ///
    /// # Errors
    ///
    /// As [`Party::read`] and [`AskedPort::read`]; also a port by a name that nobody there gives to one, or that a service
    /// does not have.
    pub fn read(text: &str, cluster: &Cluster) -> Result<Self, NetworkError> {
        let (end, port) = split(text);
        let party = Party::read(end, cluster)?;
        let port = port.map(AskedPort::read).transpose()?;
        let destination = Self { party, port };
        destination.goals(cluster)?;
        Ok(destination)
    }

    /// As it can be written: `shop/web:8080`, `[2001:db8::1]:443`; what an address belongs to stands behind.
    pub fn told(&self) -> String {
        let Some(port) = &self.port else { return self.party.name.clone() };
        let (name, address) = match self.party.name.split_once(" (") {
            Some((name, address)) => (name, format!(" ({address}")),
            None => (self.party.name.as_str(), String::new()),
        };
        if name.contains(':') {
            format!("[{name}]:{port}{address}")
        } else {
            format!("{name}:{port}{address}")
        }
    }

    /// The kinds of traffic that are asked for at each member: those of the port, after translation where a service
    /// stands in between. Without a port all traffic is asked for, and for a service what its ports lead to: then the
    /// traffic of a member is `None`.
    ///
    /// # Errors
    ///
    /// A name that is no port of whom it is asked of.
    pub fn goals(&self, cluster: &Cluster) -> Result<Vec<Goal>, NetworkError> {
        port::goals(&self.party, self.port.as_ref(), cluster)
    }
}

/// What is asked for at one member of a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The member; `None` for addresses outside the cluster.
    pub member: Option<Endpoint>,
    /// These addresses; empty where it is a member.
    pub outside: AddressSet,
    /// The traffic; `None` for all.
    pub traffic: Option<Traffic>,
    /// The port of the service that leads there, as it is told: `port http (80)`.
    pub through: Option<Text>,
}

/// The end and the port of `shop/web:8080`, `[2001:db8::1]:443`, `10.0.0.0/8:udp/53`.
fn split(text: &str) -> (&str, Option<&str>) {
    if text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok() {
        return (text, None);
    }
    if let Some((end, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if rest.is_empty() {
            return (end, None);
        }
        if let Some(port) = rest.strip_prefix(':') {
            return (end, Some(port));
        }
    }
    text.split_once(':').map_or((text, None), |(end, port)| (end, Some(port)))
}

#[cfg(test)]
mod tests;
