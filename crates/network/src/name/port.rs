//! Ports as people write them: `8080`, `udp/53`, `icmp/8`, `http`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ironsides_tree::Text;

use super::near::hint;
use super::{Goal, Party, PartyKind};
use crate::address::AddressSet;
use crate::cluster::{Cluster, Endpoint, Service, ServicePort};
use crate::error::NetworkError;
use crate::port::{Protocol, Traffic};

/// A port as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AskedPort {
    /// By number, or by the type of an ICMP message.
    Number(Traffic),
    /// By the name that the destination gives it; of one protocol, or of whichever it has.
    Named {
        /// The protocol, where one was written.
        protocol: Option<Protocol>,
        /// The name.
        name: Text,
    },
}

/// How ports are written, for error messages.
const PORTS: &str = "write a number as in 8080, a protocol as in udp/53 or icmp/8, or the name of a port";

impl AskedPort {
    /// Reads `8080` (TCP), `udp/53`, `icmp/8`, `icmpv6/128`, `http`, `tcp/http`.
    ///
    /// # Errors
    ///
    /// What is none of these.
    pub fn read(text: &str) -> Result<Self, NetworkError> {
        let malformed = |expected| NetworkError::Malformed { text: text.to_owned(), what: "port", expected };
        let (protocol, port) = match text.split_once('/') {
            Some((protocol, port)) => {
                (Some(Protocol::named(protocol).ok_or_else(|| malformed(PORTS))?), port)
            }
            None => (None, text),
        };
        if port.is_empty() {
            return Err(malformed(PORTS));
        }
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            let has_ports = protocol.is_none_or(Protocol::has_ports);
            let number: u16 = port.parse().map_err(|_| malformed("ports go from 1 to 65535"))?;
            return match number {
                0 if has_ports => Err(malformed("ports go from 1 to 65535")),
                256.. if !has_ports => Err(malformed("the types of ICMP messages go from 0 to 255")),
                port => Ok(Self::Number(Traffic { protocol: protocol.unwrap_or(Protocol::Tcp), port })),
            };
        }
        let is_name = port.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name || protocol.is_some_and(|protocol| !protocol.has_ports()) {
            return Err(malformed(PORTS));
        }
        Ok(Self::Named { protocol, name: Text::new(port) })
    }
}

impl fmt::Display for AskedPort {
    /// As it is written.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(traffic) if traffic.protocol == Protocol::Tcp => write!(out, "{}", traffic.port),
            Self::Number(traffic) => {
                write!(out, "{}/{}", traffic.protocol.to_string().to_lowercase(), traffic.port)
            }
            Self::Named { protocol: Some(protocol), name } => {
                write!(out, "{}/{name}", protocol.to_string().to_lowercase())
            }
            Self::Named { protocol: None, name } => write!(out, "{name}"),
        }
    }
}

/// What is asked for at each member of a party.
pub(super) fn goals(
    party: &Party,
    port: Option<&AskedPort>,
    cluster: &Cluster,
) -> Result<Vec<Goal>, NetworkError> {
    if let PartyKind::Service(at) = party.kind
        && let Some(service) = cluster.services.get(at as usize)
    {
        return through(service, party, port, cluster);
    }
    match port {
        None => Ok(direct(party, None)),
        Some(AskedPort::Number(traffic)) => Ok(direct(party, Some(*traffic))),
        Some(AskedPort::Named { protocol, name }) => {
            let is = |port: &(Text, Traffic)| {
                port.0 == *name && protocol.is_none_or(|protocol| protocol == port.1.protocol)
            };
            let found: Vec<Goal> = party
                .members
                .iter()
                .flat_map(|&member| {
                    let ports = named(member, cluster).into_iter().filter(is);
                    ports.map(move |(_, traffic)| Goal {
                        member: Some(member),
                        outside: AddressSet::default(),
                        traffic: Some(traffic),
                        through: None,
                    })
                })
                .collect();
            if found.is_empty() {
                let all: Vec<Text> = party
                    .members
                    .iter()
                    .flat_map(|&member| named(member, cluster))
                    .map(|(name, _)| name)
                    .collect();
                return Err(no_port(name, &party.name, &all));
            }
            Ok(found)
        }
    }
}

fn no_port(name: &str, of: &str, known: &[Text]) -> NetworkError {
    let mut known: Vec<&str> = known.iter().map(Text::as_str).collect();
    known.sort_unstable();
    known.dedup();
    let hint = match hint(name, &known) {
        near if !near.is_empty() => near,
        _ if known.is_empty() => "; it names no ports, so write a number".to_owned(),
        _ => format!("; it has {}", known.join(", ")),
    };
    NetworkError::NoEndpoint { kind: "port", name: format!("{name} of {of}"), hint }
}

/// The named ports of a pod.
fn named(member: Endpoint, cluster: &Cluster) -> Vec<(Text, Traffic)> {
    let Endpoint::Pod(at) = member else { return Vec::new() };
    let Some(pod) = cluster.pods.get(at as usize) else { return Vec::new() };
    let named = pod.ports.iter().filter_map(|port| {
        Some((port.name.clone()?, Traffic { protocol: port.protocol, port: port.number }))
    });
    named.collect()
}

/// What the ports of a service lead to.
fn through(
    service: &Service,
    party: &Party,
    port: Option<&AskedPort>,
    cluster: &Cluster,
) -> Result<Vec<Goal>, NetworkError> {
    let asked = |own: &&ServicePort| match port {
        None => true,
        Some(AskedPort::Number(traffic)) => own.port == traffic.port && own.protocol == traffic.protocol,
        Some(AskedPort::Named { protocol, name }) => {
            own.name.as_ref() == Some(name) && protocol.is_none_or(|protocol| protocol == own.protocol)
        }
    };
    let ports: Vec<&ServicePort> = service.ports.iter().filter(asked).collect();
    let is_direct = (service.headless || service.external_name.is_some())
        && !matches!(port, Some(AskedPort::Named { .. }));
    if let (true, false, Some(port)) = (ports.is_empty(), is_direct, port) {
        let told = |port: &ServicePort| match &port.name {
            Some(name) => name.clone(),
            None => Text::from(port.port.to_string()),
        };
        let known: Vec<Text> = service.ports.iter().map(told).collect();
        return Err(no_port(&port.to_string(), &party.name, &known));
    }
    // Of a service that stands for a name the name alone counts; its ports tell numbers at most.
    if service.external_name.is_some() {
        let all = ports.iter().map(|own| Traffic { protocol: own.protocol, port: own.port });
        let traffic: Vec<Option<Traffic>> = match port {
            None => vec![None],
            Some(AskedPort::Number(traffic)) => vec![Some(*traffic)],
            Some(AskedPort::Named { .. }) => all.map(Some).collect(),
        };
        return Ok(traffic.into_iter().flat_map(|traffic| direct(party, traffic)).collect());
    }
    // A name can mean one pod of several.
    let behind = cluster.behind(service).into_iter();
    let is_meant = |who: Endpoint| matches!(who, Endpoint::Address(_)) || party.members.contains(&who);
    let behind: Vec<_> = behind.filter(|behind| is_meant(behind.who)).collect();
    // The name of a headless service gives the addresses of what is behind it: nobody translates ports.
    if service.headless
        && let Some(AskedPort::Number(traffic)) = port
    {
        return Ok(direct(party, Some(*traffic)));
    }
    if service.headless && service.ports.is_empty() && port.is_none() {
        return Ok(direct(party, None));
    }
    let mut goals: Vec<Goal> = Vec::new();
    for port in ports {
        let told = match &port.name {
            Some(name) => format!("port {name} ({})", port.port),
            None => format!("port {}", port.port),
        };
        let mut outside: BTreeMap<u16, Vec<IpAddr>> = BTreeMap::new();
        let mut goal = |member, outside, number| {
            let traffic = Some(Traffic { protocol: port.protocol, port: number });
            let goal = Goal { member, outside, traffic, through: Some(Text::from(told.clone())) };
            if !goals.contains(&goal) {
                goals.push(goal);
            }
        };
        for behind in &behind {
            let Some(number) = cluster.served(behind, port) else { continue };
            match behind.who {
                Endpoint::Address(address) => outside.entry(number).or_default().push(address),
                member => goal(Some(member), AddressSet::default(), number),
            }
        }
        for (number, addresses) in outside {
            goal(None, addresses.into_iter().map(|address| (address, address)).collect(), number);
        }
    }
    Ok(goals)
}

/// Everyone of a party with the same traffic.
fn direct(party: &Party, traffic: Option<Traffic>) -> Vec<Goal> {
    let goal = |member, outside| Goal { member, outside, traffic, through: None };
    let members = party.members.iter().map(|&member| goal(Some(member), AddressSet::default()));
    let outside = (!party.outside.is_empty()).then(|| goal(None, party.outside.clone()));
    members.chain(outside).collect()
}
