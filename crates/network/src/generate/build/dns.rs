//! Lookups of names: who answers them, and the policy that lets all pods of a namespace ask.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ironsides_tree::Text;

use super::Builder;
use crate::cluster::{Endpoint, Labels};
use crate::flow::Request;
use crate::generate::NoteKind;
use crate::generate::asked::{Asked, Asking, asked};
use crate::generate::blocks::Block;
use crate::generate::draft::{Draft, DraftPeer, DraftRule, PeerWho, spans};
use crate::generate::edge::{Evidence, Side};
use crate::port::{Protocol, Traffic};
use crate::rule::Direction;

/// The pods that answer DNS, and the ports at which they do.
pub(super) struct Dns {
    groups: BTreeMap<u32, BTreeSet<u16>>,
    /// Where no such pods are known.
    assumed: bool,
    /// Whether lookups were seen at the cache on each node.
    local: BTreeSet<IpAddr>,
}

impl Builder<'_> {
    /// The pods that answer lookups.
    pub(super) fn dns(&mut self) -> Dns {
        let mut dns = Dns { groups: BTreeMap::new(), assumed: false, local: BTreeSet::new() };
        for (at, group) in (0..).zip(self.groups) {
            let is = |key: &str, values: &[&str]| {
                let label = |pod: &u32| self.cluster.pods.get(*pod as usize)?.labels.get(key);
                group.pods.iter().filter_map(label).any(|value| values.contains(&value.as_str()))
            };
            let names = ["kube-dns", "coredns", "rke2-coredns"];
            if is("k8s-app", &names)
                || is("app.kubernetes.io/name", &names)
                || group.namespace == "openshift-dns"
            {
                dns.groups.insert(at, BTreeSet::new());
            }
        }
        // Other pods that answer lookups were seen to do so: a proxy saw the names, or they are Kubernetes' own. What else is
        // called on port 53 is called like anything else.
        let mut seen = BTreeSet::new();
        for ((_, to), ports) in self.edges {
            for (traffic, evidence) in ports {
                let names = evidence.requests.iter().any(|request| matches!(request, Request::Dns { .. }));
                match to {
                    Side::Group(at) if names || traffic.port == 53 => {
                        let is_known = dns.groups.contains_key(at);
                        let is_system = self.group(*at).is_some_and(|group| group.namespace == "kube-system");
                        if is_known || is_system || names {
                            dns.groups.entry(*at).or_default().insert(traffic.port);
                        }
                        if !is_known && (is_system || names) {
                            seen.insert(*at);
                        }
                    }
                    _ if traffic.port != 53 => {}
                    Side::Address(address) | Side::Node(_, Some(address)) if is_link_local(*address) => {
                        dns.local.insert(*address);
                    }
                    _ => {}
                }
            }
        }
        for at in seen {
            let Some(group) = self.group(at) else { continue };
            let text = format!("{} was seen to answer lookups: all pods may ask it", group.full_name());
            self.note(NoteKind::Assumed, text);
        }
        for service in &self.cluster.services {
            for port in service.ports.iter().filter(|port| port.port == 53) {
                for behind in self.cluster.behind(service) {
                    let Endpoint::Pod(at) = behind.who else { continue };
                    let group = self.groups.iter().position(|group| group.pods.contains(&at));
                    let known = group.and_then(|at| dns.groups.get_mut(&u32::try_from(at).ok()?));
                    if let Some(ports) = known {
                        ports.insert(self.cluster.served(&behind, port).unwrap_or(53));
                    }
                }
            }
        }
        dns.groups.values_mut().filter(|ports| ports.is_empty()).for_each(|ports| _ = ports.insert(53));
        if dns.groups.is_empty() {
            dns.assumed = true;
            self.note(
                NoteKind::Assumed,
                "no pods that answer DNS are known: lookups are allowed to pods of kube-system with the label \
                 k8s-app=kube-dns"
                    .to_owned(),
            );
        }
        dns
    }

    /// Whether traffic to someone is a lookup, which the policy for lookups allows.
    pub(super) fn is_lookup(dns: &Dns, to: &Side, traffic: Traffic) -> bool {
        let is_carried = matches!(traffic.protocol, Protocol::Udp | Protocol::Tcp);
        match to {
            Side::Group(at) => {
                is_carried && dns.groups.get(at).is_some_and(|ports| ports.contains(&traffic.port))
            }
            Side::Address(address) | Side::Node(_, Some(address)) => {
                is_carried && traffic.port == 53 && dns.local.contains(address)
            }
            _ => false,
        }
    }

    /// The policy that lets all pods of a namespace look up names.
    pub(super) fn lookup(&mut self, namespace: &Text, dns: &Dns) -> Draft {
        let mut evidence = Evidence::default();
        let mut names = false;
        for ((from, to), ports) in self.edges {
            let Side::Group(at) = from else { continue };
            if self.group(*at).is_none_or(|group| group.namespace != *namespace) {
                continue;
            }
            names |= matches!(to, Side::Name(_)) || (self.is_cilium() && self.names_of(to).next().is_some());
            for (traffic, told) in ports {
                if Self::is_lookup(dns, to, *traffic) {
                    evidence.join(told);
                }
            }
        }
        let mut requests = Asking::default();
        if self.is_cilium() && !self.wishes.without_requests {
            let seen = evidence.requests.iter().filter(|request| matches!(request, Request::Dns { .. }));
            requests = asked(seen);
            if requests.kinds.is_empty() && names {
                // Rules by name learn addresses from lookups that the proxy sees.
                requests.kinds.push(Asked::Pattern(Text::new_static("*")));
            }
            for wider in &requests.wider {
                let text = format!("lookups by pods of {namespace}: {wider}");
                self.note(NoteKind::Widened, text);
            }
        }
        let why = evidence.told(self.observed);
        let why =
            if why.is_empty() { "all pods look up names".to_owned() } else { format!("lookups: {why}") };
        let mut by_ports: BTreeMap<BTreeSet<u16>, Vec<DraftPeer>> = BTreeMap::new();
        if dns.assumed {
            let labels: Labels = [(Text::new_static("k8s-app"), Text::new_static("kube-dns"))].into();
            let who = PeerWho::PodsOf(Text::new_static("kube-system"), labels);
            by_ports.entry([53].into()).or_default().push(DraftPeer { who, why: why.clone() });
        }
        for (at, ports) in &dns.groups {
            for who in self.group_peers(*at, namespace) {
                by_ports.entry(ports.clone()).or_default().push(DraftPeer { who, why: why.clone() });
            }
        }
        for address in &dns.local {
            let who = if self.is_cilium() {
                PeerWho::Entity("host")
            } else {
                PeerWho::Block(Block { cidr: (*address).into(), except: Vec::new(), seen: 1 })
            };
            let peers = by_ports.entry([53].into()).or_default();
            if peers.iter().all(|peer| peer.who != who) {
                peers.push(DraftPeer { who, why: "the cache on each node".to_owned() });
            }
        }
        let rules = by_ports.into_iter().map(|(ports, peers)| DraftRule {
            direction: Direction::Egress,
            peers,
            ports: spans(ports.into_iter().flat_map(|port| [(Protocol::Udp, port), (Protocol::Tcp, port)])),
            requests: requests.clone(),
        });
        Draft {
            namespace: namespace.clone(),
            purpose: format!(
                "Lookups of names by the pods of {namespace}: over UDP, and over TCP for long answers."
            ),
            directions: vec![Direction::Egress],
            rules: rules.collect(),
            ..Draft::default()
        }
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address.is_unique_local(),
    }
}
