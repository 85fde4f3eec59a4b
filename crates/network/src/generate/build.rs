//! Drafts out of what must be let through.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ironsides_tree::Text;

use crate::cluster::{Cluster, Labels, Node};
use crate::flow::resolve::{backends, is_apiserver, target};
use crate::flow::{Observed, Request, Resolved};
use crate::generate::blocks::{self, Block, Widened};
use crate::generate::draft::{Asked, Draft, DraftPeer, DraftRule, PeerWho, asked, spans};
use crate::generate::edge::{Edges, Evidence, Side, edges};
use crate::generate::group::{Group, groups};
use crate::generate::{Intent, Note, NoteKind, PolicyKind, Wishes};
use crate::kinds::Policies;
use crate::port::{Protocol, Traffic};
use crate::rule::Direction;

/// Namespaces of Kubernetes itself, which are closed only when they are asked for by name.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// What was drafted.
pub(super) struct Built {
    pub(super) drafts: Vec<Draft>,
    pub(super) groups: Vec<Group>,
    pub(super) notes: Vec<Note>,
}

/// The policies that stay when those of the namespaces that are closed are replaced.
pub(super) fn without_replaced(existing: &Policies, wishes: &Wishes) -> Policies {
    let goes = |namespace: &Option<Text>| match (namespace, &wishes.namespaces) {
        (Some(namespace), Some(wanted)) => wanted.contains(namespace),
        (Some(namespace), None) => !SYSTEM.contains(&namespace.as_str()),
        (None, _) => false,
    };
    let mut kept = existing.clone();
    kept.network.retain(|policy| !goes(&policy.name.namespace));
    kept.cilium.retain(|policy| !goes(&policy.name.namespace));
    kept
}

/// Drafts policies.
pub(super) fn build(
    resolved: &Resolved,
    observed: &Observed,
    intents: &[Intent],
    existing: &Policies,
    wishes: &Wishes,
) -> Built {
    let cluster = &resolved.cluster;
    let (groups, of) = groups(cluster);
    let edges = edges(observed, resolved, intents, &of);
    let mut builder =
        Builder { cluster, observed, groups: &groups, edges: &edges, wishes, notes: BTreeSet::new() };
    let namespaces = builder.namespaces(&resolved.unknown);
    let dns = builder.dns();
    let mut taken = Taken::new(existing, wishes);
    let mut drafts = Vec::new();
    for namespace in &namespaces {
        drafts.push(Draft {
            namespace: namespace.clone(),
            name: taken.name(namespace, "default-deny"),
            purpose: format!("Nothing reaches the pods of {namespace}, and they reach nothing, but for what policies allow."),
            directions: Direction::ALL.to_vec(),
            ..Draft::default()
        });
        let mut lookup = builder.lookup(namespace, &dns);
        lookup.name = taken.name(namespace, "allow-dns");
        drafts.push(lookup);
        for (at, group) in (0..).zip(&groups).filter(|(_, group)| group.namespace == *namespace) {
            if group.host_network {
                builder.note(
                    NoteKind::Remark,
                    format!("{} uses the network of its nodes: policies do not guard it", group.full_name()),
                );
                continue;
            }
            let mut draft = builder.workload(at, group, &dns);
            if !draft.rules.is_empty() {
                draft.name = taken.name(namespace, &group.name);
                drafts.push(draft);
            }
        }
    }
    let notes = builder.notes.into_iter().collect();
    Built { drafts, groups, notes }
}

/// Names that are in use.
struct Taken(BTreeSet<(Text, Text)>);

impl Taken {
    fn new(existing: &Policies, wishes: &Wishes) -> Self {
        let name = |name: &crate::place::PolicyName| {
            let namespace = name.namespace.clone()?;
            Some((namespace, name.name.clone()))
        };
        let kept = if wishes.replace { without_replaced(existing, wishes) } else { existing.clone() };
        let network = kept.network.iter().filter_map(|policy| name(&policy.name));
        Self(network.chain(kept.cilium.iter().filter_map(|policy| name(&policy.name))).collect())
    }

    /// The name, or one like it that nobody has. Names of objects are bounded by 253 characters.
    fn name(&mut self, namespace: &Text, wanted: &str) -> Text {
        let wanted: String = wanted.chars().take(240).collect();
        let all = std::iter::once(wanted.clone())
            .chain(std::iter::once(format!("{wanted}-generated")))
            .chain((2..).map(|number| format!("{wanted}-generated-{number}")));
        for name in all {
            if self.0.insert((namespace.clone(), Text::new(&name))) {
                return Text::from(name);
            }
        }
        Text::from(wanted)
    }
}

/// The pods that answer DNS, and the ports at which they do.
struct Dns {
    groups: BTreeMap<u32, BTreeSet<u16>>,
    /// Where no such pods are known.
    assumed: bool,
    /// Whether lookups were seen at the cache on each node.
    local: BTreeSet<IpAddr>,
}

struct Builder<'a> {
    cluster: &'a Cluster,
    observed: &'a Observed,
    groups: &'a [Group],
    edges: &'a Edges,
    wishes: &'a Wishes,
    notes: BTreeSet<Note>,
}

/// A peer with what it may send, before peers that may send the same are put together.
type Parts = BTreeMap<(Vec<Traffic>, Vec<Asked>), Vec<(Side, Evidence)>>;

impl<'a> Builder<'a> {
    fn note(&mut self, kind: NoteKind, text: String) {
        self.notes.insert(Note { kind, text });
    }

    fn is_cilium(&self) -> bool {
        self.wishes.kind == PolicyKind::Cilium
    }

    /// The namespaces that are closed.
    fn namespaces(&mut self, unknown: &[u32]) -> BTreeSet<Text> {
        let of: BTreeSet<Text> = self.groups.iter().map(|group| group.namespace.clone()).collect();
        if let Some(wanted) = &self.wishes.namespaces {
            for name in wanted.difference(&of) {
                self.note(NoteKind::Remark, format!("namespace {name} has no pods that are known"));
            }
            return wanted.clone();
        }
        // A namespace that only logs know may hold much that they do not tell.
        let declared = self.cluster.pods.len() > unknown.len();
        let is_declared = |group: &Group| group.pods.iter().any(|pod| !unknown.contains(pod));
        let known: BTreeSet<Text> = self
            .groups
            .iter()
            .filter(|group| is_declared(group))
            .map(|group| group.namespace.clone())
            .collect();
        let mut wanted = BTreeSet::new();
        for name in of {
            if SYSTEM.contains(&name.as_str()) {
                continue;
            }
            if declared && !known.contains(&name) {
                self.note(
                    NoteKind::Remark,
                    format!(
                        "namespace {name} is known from flows alone and stays open; name it to close it, too"
                    ),
                );
                continue;
            }
            wanted.insert(name);
        }
        wanted
    }

    fn dns(&mut self) -> Dns {
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
        // Other pods that answer lookups were seen to do so.
        for ((_, to), ports) in self.edges {
            let asked = ports.iter().filter(|(traffic, evidence)| {
                traffic.port == 53
                    || evidence.requests.iter().any(|request| matches!(request, Request::Dns { .. }))
            });
            for (traffic, _) in asked {
                match to {
                    Side::Group(at) => {
                        dns.groups.entry(*at).or_default().insert(traffic.port);
                    }
                    Side::Address(address) | Side::Node(_, Some(address)) if is_link_local(*address) => {
                        dns.local.insert(*address);
                    }
                    _ => {}
                }
            }
        }
        for service in &self.cluster.services {
            for port in service.ports.iter().filter(|port| port.port == 53) {
                for (at, pod) in backends(self.cluster, service) {
                    let group = self.groups.iter().position(|group| group.pods.contains(&at));
                    let known = group.and_then(|at| dns.groups.get_mut(&u32::try_from(at).ok()?));
                    if let Some(ports) = known {
                        let traffic = Traffic { protocol: port.protocol, port: 53 };
                        ports.insert(target(pod, &port.target, traffic));
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

    fn is_lookup(dns: &Dns, to: &Side, traffic: Traffic) -> bool {
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
    fn lookup(&mut self, namespace: &Text, dns: &Dns) -> Draft {
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
        let mut requests = Vec::new();
        if self.is_cilium() && !self.wishes.without_requests {
            let seen = evidence.requests.iter().filter(|request| matches!(request, Request::Dns { .. }));
            requests = asked(seen);
            if requests.is_empty() && names {
                // Rules by name learn addresses from lookups that the proxy sees.
                requests.push(Asked::Pattern(Text::new_static("*")));
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

    /// The policy of a workload.
    fn workload(&mut self, at: u32, group: &Group, dns: &Dns) -> Draft {
        let mut rules = Vec::new();
        for direction in Direction::ALL {
            rules.extend(self.rules(at, group, direction, dns));
        }
        let mut directions: Vec<Direction> = rules.iter().map(|rule: &DraftRule| rule.direction).collect();
        directions.dedup();
        if !rules.is_empty() {
            if group.selector.is_empty() {
                self.note(
                    NoteKind::Widened,
                    format!(
                        "{} has no label that stays, so that its rules are for every pod of {}: give its pods one of their own",
                        group.full_name(),
                        group.namespace
                    ),
                );
            } else if !group.shared.is_empty() {
                self.note(
                    NoteKind::Widened,
                    format!(
                        "no label tells {} from {}: its rules are theirs, too; give its pods one of their own",
                        group.full_name(),
                        group.shared.join(", ")
                    ),
                );
            }
        }
        Draft {
            namespace: group.namespace.clone(),
            purpose: format!("What {} of {} may receive and send.", group.name, group.namespace),
            subject: group.selector.clone(),
            directions,
            rules,
            ..Draft::default()
        }
    }

    fn rules(&mut self, at: u32, group: &Group, direction: Direction, dns: &Dns) -> Vec<DraftRule> {
        let mut parts = Parts::new();
        for ((from, to), ports) in self.edges {
            let (subject, peer) = match direction {
                Direction::Ingress => (to, from),
                Direction::Egress => (from, to),
            };
            let is_namespace = matches!(subject, Side::Namespace(name) if *name == group.namespace);
            if *subject != Side::Group(at) && !is_namespace {
                continue;
            }
            // What asks for the same requests goes together.
            let mut by_requests: BTreeMap<Vec<Asked>, (Vec<Traffic>, Evidence)> = BTreeMap::new();
            for (&traffic, evidence) in ports {
                if direction == Direction::Egress && Self::is_lookup(dns, to, traffic) {
                    continue;
                }
                if !self.can_be_written(traffic, from, to) {
                    continue;
                }
                let requests = self.requests(direction, to, evidence);
                let part = by_requests.entry(requests).or_default();
                part.0.push(traffic);
                part.1.join(evidence);
            }
            for (requests, (traffic, evidence)) in by_requests {
                if !requests.is_empty() {
                    self.note(
                        NoteKind::Remark,
                        format!(
                            "{} takes only requests of the kinds that were seen from {}: others are refused",
                            to.told(self.groups),
                            from.told(self.groups)
                        ),
                    );
                }
                parts.entry((traffic, requests)).or_default().push((peer.clone(), evidence));
            }
        }
        let mut rules = Vec::new();
        for ((traffic, requests), peers) in parts {
            let peers = self.peers(group, direction, peers, &traffic);
            if !peers.is_empty() {
                let ports = spans(traffic.into_iter().map(|traffic| (traffic.protocol, traffic.port)));
                rules.push(DraftRule { direction, peers, ports, requests });
            }
        }
        rules
    }

    /// HTTP is judged where it arrives; at the sender only where its receiver is not guarded here.
    fn requests(&self, direction: Direction, to: &Side, evidence: &Evidence) -> Vec<Asked> {
        if !self.is_cilium() || self.wishes.without_requests {
            return Vec::new();
        }
        let guarded = matches!(to, Side::Group(_));
        if (direction == Direction::Egress) == guarded {
            return Vec::new();
        }
        asked(evidence.requests.iter().filter(|request| matches!(request, Request::Http { .. })))
    }

    fn can_be_written(&mut self, traffic: Traffic, from: &Side, to: &Side) -> bool {
        let by_cilium = self.is_cilium() && matches!(traffic.protocol, Protocol::Icmp | Protocol::IcmpV6);
        if traffic.protocol.has_ports() || by_cilium {
            return true;
        }
        let (from, to) = (from.told(self.groups), to.told(self.groups));
        let text =
            format!("{} from {from} to {to} cannot be allowed by a policy of this kind", traffic.protocol);
        self.note(NoteKind::Impossible, text);
        false
    }

    fn group(&self, at: u32) -> Option<&'a Group> {
        self.groups.get(at as usize)
    }

    /// How a workload is selected from a namespace.
    fn group_peers(&mut self, at: u32, home: &Text) -> Vec<PeerWho> {
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
    fn peers(
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
        let behind = services.flat_map(|service| service.backends.iter().copied());
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

    fn names_of(&self, side: &Side) -> impl Iterator<Item = &'a Text> + use<'a> {
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

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address.is_unique_local(),
    }
}
