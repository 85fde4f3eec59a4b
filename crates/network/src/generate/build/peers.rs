//! The peers of rules: workloads by their labels, nodes and what is outside by their addresses.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_tree::Text;

use super::Builder;
use crate::cluster::{Labels, Node};
use crate::flow::resolve::is_apiserver;
use crate::generate::NoteKind;
use crate::generate::blocks::{self, Block, Widened};
use crate::generate::draft::{DraftPeer, PeerWho};
use crate::generate::edge::{Evidence, Side};
use crate::generate::group::Group;
use crate::port::Traffic;
use crate::rule::Direction;

impl<'a> Builder<'a> {
    /// How a workload is selected from a namespace.
    pub(super) fn group_peers(&mut self, at: u32, home: &Text) -> Vec<PeerWho> {
        let Some(group) = self.group(at) else { return Vec::new() };
        if group.host_network {
            let nodes =
                group.pods.iter().filter_map(|&pod| self.cluster.pods.get(pod as usize)?.node.as_ref());
            let names: BTreeSet<&Text> = nodes.collect();
            let on: Vec<&Node> = self
                .cluster
                .nodes
                .iter()
                .filter(|node| names.is_empty() || names.contains(&node.name))
                .collect();
            let addresses: Vec<IpAddr> =
                on.into_iter().flat_map(|node| node.addresses.iter().copied()).collect();
            return self.nodes(&addresses, &group.full_name());
        }
        self.wide(group);
        if group.namespace == *home {
            vec![PeerWho::Pods(group.selector.clone())]
        } else {
            vec![PeerWho::PodsOf(group.namespace.clone(), group.selector.clone())]
        }
    }

    fn nodes(&mut self, addresses: &[IpAddr], what: &str) -> Vec<PeerWho> {
        if self.is_cilium() {
            return vec![PeerWho::Entity("host"), PeerWho::Entity("remote-node")];
        }
        if addresses.is_empty() {
            self.note(
                NoteKind::Impossible,
                format!("{what} has the addresses of nodes, and none of them is known: it cannot be allowed"),
            );
        }
        let (blocks, _) = blocks::merge(addresses);
        blocks.into_iter().map(PeerWho::Block).collect()
    }

    /// The peers of a rule, with addresses put together.
    pub(super) fn peers(
        &mut self,
        group: &Group,
        direction: Direction,
        sides: Vec<(Side, Evidence)>,
        traffic: &[Traffic],
    ) -> Vec<DraftPeer> {
        let mut peers = Vec::new();
        let mut outside: Vec<(IpAddr, Evidence)> = Vec::new();
        let mut nodes: (BTreeSet<IpAddr>, Evidence, bool) = Default::default();
        for (side, evidence) in sides {
            let told = format!("{}: {}", side.told(self.groups), evidence.told(self.observed));
            let mut add = |whos: Vec<PeerWho>| {
                peers.extend(whos.into_iter().map(|who| DraftPeer { who, why: told.clone() }));
            };
            match &side {
                Side::Group(at) => add(self.group_peers(*at, &group.namespace)),
                Side::Namespace(name) if *name == group.namespace => add(vec![PeerWho::Pods(Labels::new())]),
                Side::Namespace(name) => add(vec![PeerWho::PodsOf(name.clone(), Labels::new())]),
                Side::Node(node, address) => {
                    nodes.2 = true;
                    nodes.1.join(&evidence);
                    let known = node.and_then(|at| self.cluster.nodes.get(at as usize));
                    nodes.0.extend(known.into_iter().flat_map(|node| node.addresses.iter().copied()));
                    nodes.0.extend(*address);
                }
                Side::ApiServer => add(self.apiserver(traffic)),
                Side::Ingress if self.is_cilium() => add(vec![PeerWho::Entity("ingress")]),
                Side::Ingress => self.note(
                    NoteKind::Impossible,
                    format!("the ingress proxy of Cilium calls {}, which NetworkPolicy cannot allow", group.full_name()),
                ),
                Side::Address(address) => {
                    let names: Vec<Text> = self.names_of(&side).cloned().collect();
                    if self.is_cilium() && direction == Direction::Egress && !names.is_empty() {
                        add(names.into_iter().map(PeerWho::Name).collect());
                    } else {
                        outside.push((*address, evidence));
                    }
                }
                Side::Name(name) if self.is_cilium() && direction == Direction::Egress => {
                    add(vec![PeerWho::Name(name.clone())]);
                }
                Side::Name(name) => match self.cluster.names.get(name) {
                    Some(known) if !known.is_empty() => {
                        outside.extend(known.iter().map(|&address| (address, evidence.clone())));
                    }
                    _ => self.note(
                        NoteKind::Impossible,
                        format!(
                            "{} calls {name}, whose addresses are not known: NetworkPolicy allows addresses alone",
                            group.full_name()
                        ),
                    ),
                },
                Side::Public => add(blocks::public_blocks().map(PeerWho::Block).into()),
                Side::Private => add(blocks::private_blocks().into_iter().map(PeerWho::Block).collect()),
                Side::Block(cidr) => {
                    add(vec![PeerWho::Block(Block { cidr: *cidr, except: Vec::new(), seen: 0 })]);
                }
                Side::Everyone => add(blocks::everything().map(PeerWho::Block).into()),
            }
        }
        if nodes.2 {
            let why = format!("nodes: {}", nodes.1.told(self.observed));
            let addresses: Vec<IpAddr> = nodes.0.into_iter().collect();
            let whos = self.nodes(&addresses, &format!("a node that talks to {}", group.full_name()));
            peers.extend(whos.into_iter().map(|who| DraftPeer { who, why: why.clone() }));
        }
        peers.extend(self.outside(group, direction, &outside));
        peers.sort_by(|a, b| a.who.cmp(&b.who));
        // One peer for several reasons.
        let mut joined: Vec<DraftPeer> = Vec::new();
        for peer in peers {
            match joined.last_mut() {
                Some(last) if last.who == peer.who => {
                    if !last.why.contains(&peer.why) {
                        last.why = format!("{}; {}", last.why, peer.why);
                    }
                }
                _ => joined.push(peer),
            }
        }
        joined
    }

    /// The API server is known by its addresses; a policy judges behind translation, where they are those of its own machines.
    fn apiserver(&mut self, traffic: &[Traffic]) -> Vec<PeerWho> {
        if self.is_cilium() {
            return vec![PeerWho::Entity("kube-apiserver")];
        }
        let services = self.cluster.services.iter().filter(|service| is_apiserver(service));
        let behind = services.flat_map(crate::cluster::Service::backends);
        let known: BTreeSet<IpAddr> = self.cluster.apiserver.iter().copied().chain(behind).collect();
        if known.is_empty() {
            let ports: Vec<String> = traffic.iter().map(|traffic| traffic.port.to_string()).collect();
            self.note(
                NoteKind::Impossible,
                format!(
                    "calls of the API server (port {}) cannot be allowed: its addresses are not known; give the \
                     Endpoints of default/kubernetes",
                    ports.join(", ")
                ),
            );
        }
        let single = |address: IpAddr| Block { cidr: address.into(), except: Vec::new(), seen: 1 };
        known.into_iter().map(single).map(PeerWho::Block).collect()
    }

    pub(super) fn names_of(&self, side: &Side) -> impl Iterator<Item = &'a Text> + use<'a> {
        let names = if let Side::Address(address) = side { self.observed.names.get(address) } else { None };
        names.into_iter().flatten()
    }

    /// Blocks for addresses outside, with the names and connections that each stands for.
    fn outside(
        &mut self,
        group: &Group,
        direction: Direction,
        seen: &[(IpAddr, Evidence)],
    ) -> Vec<DraftPeer> {
        let addresses: Vec<IpAddr> = seen.iter().map(|(address, _)| *address).collect();
        let (blocks, widened) = blocks::merge(&addresses);
        let many = addresses.len();
        let whom = match direction {
            Direction::Ingress => "is called from",
            Direction::Egress => "calls",
        };
        match widened {
            Widened::Not => {}
            Widened::ToNetworks => self.note(
                NoteKind::Widened,
                format!("{} {whom} {many} addresses outside: neighbours are allowed by their network", group.full_name()),
            ),
            Widened::ToPublic => self.note(
                NoteKind::Widened,
                format!(
                    "{} {whom} {many} addresses all over public networks: all of these are allowed, private ones are not",
                    group.full_name()
                ),
            ),
        }
        let mut peers = Vec::new();
        for block in blocks {
            let within = seen.iter().filter(|(address, _)| {
                block.cidr.contains(address) && !block.except.iter().any(|except| except.contains(address))
            });
            let mut evidence = Evidence::default();
            let mut names = BTreeSet::new();
            for (address, told) in within {
                evidence.join(told);
                names.extend(self.observed.names.get(address).into_iter().flatten());
                let known = self.cluster.names.iter().filter(|(_, known)| known.contains(address));
                names.extend(known.map(|(name, _)| name));
            }
            let shown: Vec<&str> = names.iter().take(4).map(|name| name.as_str()).collect();
            let more = if names.len() > shown.len() {
                format!(" and {} more", names.len() - shown.len())
            } else {
                String::new()
            };
            let names =
                if shown.is_empty() { "outside".to_owned() } else { format!("{}{more}", shown.join(", ")) };
            let addresses =
                if block.seen > 1 { format!(", {} addresses", block.seen) } else { String::new() };
            let why = format!("{names}{addresses}: {}", evidence.told(self.observed));
            peers.push(DraftPeer { who: PeerWho::Block(block), why });
        }
        peers
    }
}
