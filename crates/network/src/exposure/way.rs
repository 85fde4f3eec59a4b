//! The ways by which something comes in from outside the cluster.

use std::collections::BTreeMap;
use std::fmt;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::internet::{Internet, is_routed};
use super::source::Said;
use crate::address::range;
use crate::cluster::{Behind, Cluster, Endpoint, Pod, Service};
use crate::connectivity::led_to;
use crate::engine::{ClassId, Engine};
use crate::port::{Protocol, Traffic};
use crate::verdict::Verdict;

/// What it depends on where senders are told apart.
const SENDER: &str = "the sender's address is one that policies let in";

/// A way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What kind of way it is.
    pub entry: Entry,
    /// The Service, Ingress or route that makes it, as `Service shop/web`; empty for what the pod has itself.
    pub object: String,
    /// The port of the pod at which it ends; `None`: whatever port the pod listens at.
    pub port: Option<Traffic>,
    /// Whether it begins in private networks alone.
    pub internal: bool,
    /// What policies make of what comes by it.
    pub verdict: Verdict,
}

/// What kind of way it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// Whatever serves an Ingress, a Route or a Gateway, for these hosts (none: for any).
    Hosts(Vec<Text>),
    /// A load balancer, at this port.
    LoadBalancer(u16),
    /// Addresses that nodes answer for (`externalIPs`), at this port.
    ExternalAddress(u16),
    /// A port of every node; `None` where the number is still to be given.
    NodePort(Option<u16>),
    /// A port of the pod's own node.
    HostPort(u16),
    /// The network of the node, which the pod uses as its own.
    HostNetwork,
}

impl fmt::Display for Way {
    /// `load balancer port 443 of Service shop/web to TCP 8443`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Entry::Hosts(hosts) if hosts.is_empty() => write!(out, "any host")?,
            Entry::Hosts(hosts) => write!(out, "{}", hosts.join(", "))?,
            Entry::LoadBalancer(port) => write!(out, "load balancer port {port}")?,
            Entry::ExternalAddress(port) => write!(out, "external address port {port}")?,
            Entry::NodePort(Some(port)) => write!(out, "node port {port}")?,
            Entry::NodePort(None) => write!(out, "a node port")?,
            Entry::HostPort(port) => write!(out, "host port {port}")?,
            Entry::HostNetwork => write!(out, "the network of its node")?,
        }
        if !self.object.is_empty() {
            write!(out, " of {}", self.object)?;
        }
        match self.port {
            Some(Traffic { protocol, port }) => write!(out, " to {protocol} {port}"),
            None => write!(out, " to any port"),
        }
    }
}

/// Namespace, name and kind of a workload.
type Workload = (Text, Text, Text);

/// The ways of every workload, sorted.
pub(super) fn ways(
    cluster: &Cluster,
    engine: &Engine<'_>,
    internet: &Internet,
    stranger: Endpoint,
) -> BTreeMap<Workload, Vec<Way>> {
    let mut homes: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    for (at, pod) in (0..).zip(&cluster.pods).filter(|(at, _)| Endpoint::Pod(*at) != stranger) {
        homes.entry(&pod.namespace).or_default().push(at);
    }
    let mut all = Ways {
        cluster,
        engine,
        internet,
        stranger,
        homes,
        served: FxHashMap::default(),
        found: BTreeMap::new(),
    };
    for service in &cluster.services {
        all.service(service);
    }
    all.entrances();
    all.pods();
    let mut ways = all.found;
    for list in ways.values_mut() {
        list.sort_by(|one, other| {
            (&one.entry, &one.object, one.port).cmp(&(&other.entry, &other.object, other.port))
        });
    }
    ways
}

struct Ways<'a> {
    cluster: &'a Cluster,
    engine: &'a Engine<'a>,
    internet: &'a Internet,
    stranger: Endpoint,
    homes: FxHashMap<&'a str, Vec<u32>>,
    /// Whether anybody at all may send something to a class.
    served: FxHashMap<(ClassId, Traffic), bool>,
    found: BTreeMap<Workload, Vec<Way>>,
}

impl<'a> Ways<'a> {
    /// The pods behind a service.
    fn behind(&self, service: &'a Service) -> Vec<(u32, &'a Pod, Behind<'a>)> {
        let cluster = self.cluster;
        let there = self.homes.get(service.namespace.as_str()).into_iter().flatten().copied();
        let all = cluster.behind_among(service, there).into_iter();
        all.filter_map(|behind| {
            let Endpoint::Pod(at) = behind.who else { return None };
            Some((at, cluster.pods.get(at as usize)?, behind))
        })
        .collect()
    }

    fn service(&mut self, service: &'a Service) {
        let balanced = service.kind == "LoadBalancer";
        let on_nodes = balanced || service.kind == "NodePort";
        let external = !balanced && !service.external.is_empty();
        if !on_nodes && !external {
            return;
        }
        let object = format!("Service {}/{}", service.namespace, service.name);
        let given = &service.external;
        let internal =
            service.internal || !given.is_empty() && !given.iter().any(|&address| is_routed(address));
        for (at, pod, behind) in self.behind(service) {
            for port in &service.ports {
                let Some(number) = self.cluster.served(&behind, port) else { continue };
                let traffic = Traffic { protocol: port.protocol, port: number };
                let mut way = |entry: Entry, internal: bool, ranges: bool| {
                    let verdict = self.through_nodes(service, at, traffic, internal, ranges);
                    let object = object.clone();
                    self.add(pod, Way { entry, object, port: Some(traffic), internal, verdict });
                };
                if balanced {
                    way(Entry::LoadBalancer(port.port), internal, true);
                }
                if external {
                    way(Entry::ExternalAddress(port.port), internal, false);
                }
                if on_nodes && (!balanced || port.node_port.is_some()) {
                    way(Entry::NodePort(port.node_port), false, false);
                }
            }
        }
    }

    /// What comes through nodes keeps the sender's address, or gets that of a node unless it stays on one.
    fn through_nodes(
        &self,
        service: &Service,
        pod: u32,
        traffic: Traffic,
        internal: bool,
        ranges: bool,
    ) -> Verdict {
        let to = Endpoint::Pod(pod);
        let stretches = if internal { &self.internet.private } else { &self.internet.public };
        let let_in = |(first, last): (std::net::IpAddr, std::net::IpAddr)| {
            let meets = |block: &ipnet::IpNet| {
                let (from, to) = range(*block);
                from.is_ipv4() == first.is_ipv4() && from <= last && first <= to
            };
            !ranges || service.source_ranges.is_empty() || service.source_ranges.iter().any(meets)
        };
        let senders = stretches.iter().filter(|(range, _)| let_in(*range)).map(|(_, end)| *end);
        let sent = Said::of(self.engine, senders, to, traffic);
        if service.external_local {
            return sent.verdict(SENDER);
        }
        let count = u32::try_from(self.cluster.nodes.len()).unwrap_or(u32::MAX);
        let nodes = Said::of(self.engine, (0..count).map(Endpoint::Node), to, traffic);
        let words = match ((sent.yes, sent.no), (nodes.yes, nodes.no)) {
            ((true, false), (false, true)) => "the plug-in keeps the sender's address",
            ((false, true), (true, false)) => "a node's address takes the place of the sender's",
            ((_, _), (true, true)) => "it comes in through a node that policies let in",
            _ => SENDER,
        };
        sent.and(nodes).verdict(words)
    }

    fn entrances(&mut self) {
        let cluster = self.cluster;
        let services: FxHashMap<(&str, &str), &'a Service> = cluster
            .services
            .iter()
            .map(|service| ((service.namespace.as_str(), service.name.as_str()), service))
            .collect();
        for entrance in &cluster.entrances {
            let object = format!("{} {}/{}", entrance.kind, entrance.namespace, entrance.name);
            for backend in &entrance.backends {
                let key = (backend.namespace.as_str(), backend.service.as_str());
                let Some(service) = services.get(&key) else { continue };
                for (at, pod, behind) in self.behind(service) {
                    for port in led_to(entrance, backend, &service.ports, false) {
                        let Some(number) = cluster.served(&behind, port) else { continue };
                        let traffic = Traffic { protocol: port.protocol, port: number };
                        let verdict = self.served(at, traffic, &object);
                        let entry = Entry::Hosts(entrance.hosts.clone());
                        let object = object.clone();
                        self.add(pod, Way { entry, object, port: Some(traffic), internal: false, verdict });
                    }
                }
            }
        }
    }

    /// What serves an entrance is some pod, or a machine outside; nobody says which.
    fn served(&mut self, pod: u32, traffic: Traffic, object: &str) -> Verdict {
        let to = Endpoint::Pod(pod);
        let any = Said::of(self.engine, std::iter::once(self.stranger), to, traffic);
        if !any.no {
            return any.verdict(SENDER);
        }
        let engine = self.engine;
        let Some(class) = engine.class_of(to) else { return Verdict::Deny };
        let somebody = *self.served.entry((class, traffic)).or_insert_with(|| {
            let holds = |of: &crate::engine::Class| {
                !of.pods.is_empty() || !of.nodes.is_empty() || !of.outside.is_empty()
            };
            let senders =
                (0..).zip(engine.classes()).filter(|(_, of)| holds(of)).map(|(at, _)| engine.numbered(at));
            senders
                .filter_map(|from| engine.between(from?, class))
                .any(|id| engine.get(id).at(traffic).is_some_and(|verdict| *verdict != Verdict::Deny))
        });
        if !somebody {
            return Verdict::Deny;
        }
        Verdict::Depends(vec![
            format!("whatever serves {object} is one of those whom policies let in").into(),
        ])
    }

    fn pods(&mut self) {
        let (cluster, stranger) = (self.cluster, self.stranger);
        for (at, pod) in (0..).zip(&cluster.pods).filter(|(at, _)| Endpoint::Pod(*at) != stranger) {
            let said = |traffic: Traffic| {
                let senders = self.internet.public.iter().map(|(_, end)| *end);
                Said::of(self.engine, senders, Endpoint::Pod(at), traffic).verdict(SENDER)
            };
            let mut ways = Vec::new();
            let own = |entry: Entry, traffic: Option<Traffic>, verdict: Verdict| Way {
                entry,
                object: String::new(),
                port: traffic,
                internal: false,
                verdict,
            };
            if pod.host_network {
                for port in &pod.ports {
                    let traffic = Traffic { protocol: port.protocol, port: port.number };
                    ways.push(own(Entry::HostNetwork, Some(traffic), said(traffic)));
                }
                if pod.ports.is_empty() {
                    let traffic = Traffic { protocol: Protocol::Tcp, port: 1 };
                    ways.push(own(Entry::HostNetwork, None, said(traffic)));
                }
            } else {
                for port in &pod.host_ports {
                    let traffic = Traffic { protocol: port.protocol, port: port.number };
                    ways.push(own(Entry::HostPort(port.host), Some(traffic), said(traffic)));
                }
            }
            for way in ways {
                self.add(pod, way);
            }
        }
    }

    /// Adds a way, or what it is for one more pod of the workload: the widest counts.
    fn add(&mut self, pod: &Pod, way: Way) {
        let key = (pod.namespace.clone(), pod.workload.clone(), pod.workload_kind.clone());
        let list = self.found.entry(key).or_default();
        let is_same = |known: &&mut Way| {
            (&known.entry, &known.object, known.port) == (&way.entry, &way.object, way.port)
        };
        match list.iter_mut().find(is_same) {
            None => list.push(way),
            Some(known) => match (&mut known.verdict, way.verdict) {
                (Verdict::Allow, _) | (_, Verdict::Deny) => {}
                (Verdict::Depends(ours), Verdict::Depends(more)) => {
                    ours.extend(more);
                    ours.sort();
                    ours.dedup();
                }
                (ours, wider) => *ours = wider,
            },
        }
    }
}
