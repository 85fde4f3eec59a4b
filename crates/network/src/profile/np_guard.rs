//! What netpol-analyzer of np-guard makes of a cluster.
//!
//! Facts from its published sources (netpol-analyzer 2.x, `pkg/netpol`): blocks take addresses outside the cluster
//! alone, of IPv4 alone; every pod counts, also one that uses its node's network; peers by nodes and by domain names
//! take nobody; nothing is exempt, neither the own node nor a pod to itself; TCP, UDP and SCTP are all traffic there
//! is. It refuses no policy for its name and knows AdminNetworkPolicy and BaselineAdminNetworkPolicy alone beside
//! NetworkPolicy.

use std::sync::Arc;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::address::{AddressSet, atoms};
use crate::cluster::{Cluster, Pod};
use crate::kinds::Policies;
use crate::kinds::cluster_network_policy::{self as admin, ClusterNetworkPolicy, Subject, Tier, Who};
use crate::kinds::network_policy::{self as network, NetworkPolicy, PortNumbers};
use crate::kinds::selector::Selector;
use crate::lowered::{Lowered, Sight};
use crate::matcher::{Conjunct, Matcher, Requirement};
use crate::place::{Loss, Place, Problem};
use crate::port::{PortMatch, Protocol};
use crate::profile::spec::keys::{Keys, Of};
use crate::profile::{Options, Profile};
use crate::rule::{Action, Direction, Origin, Rank, Rule};
use crate::symbol::Symbols;
use crate::view::{Addresses, NamedPort, View, Views};

/// A cluster and its policies as netpol-analyzer sees them. Nothing of the options counts.
pub fn lower(cluster: &Cluster, policies: &Policies, _: &Options) -> Lowered {
    let mut symbols = Symbols::default();
    let keys = Keys::new(&mut symbols);
    let mut lowering =
        Lowering { symbols, keys, names: Vec::new(), rules: Vec::new(), problems: Vec::new(), rank: 0 };
    lowering.policies(policies);
    lowering.finish(cluster)
}

struct Lowering {
    symbols: Symbols,
    keys: Keys,
    names: Vec<crate::place::PolicyName>,
    rules: Vec<Rule>,
    problems: Vec<Problem>,
    rank: u32,
}

impl Lowering {
    fn policies(&mut self, policies: &Policies) {
        let mut admin: Vec<&ClusterNetworkPolicy> = Vec::new();
        let mut baseline: Vec<&ClusterNetworkPolicy> = Vec::new();
        for policy in &policies.cluster {
            match (policy.name.kind.as_str(), policy.tier) {
                ("AdminNetworkPolicy", _) => admin.push(policy),
                ("BaselineAdminNetworkPolicy", _) => baseline.push(policy),
                (kind, _) => self.unknown(kind, &policy.place),
            }
        }
        for policy in &policies.cilium {
            self.unknown(&policy.name.kind, &policy.place);
        }
        admin.sort_by(|one, other| (one.priority, &one.name).cmp(&(other.priority, &other.name)));
        for (one, other) in admin.iter().zip(admin.iter().skip(1)) {
            if one.priority == other.priority {
                let message = format!(
                    "{} has the same priority: netpol-analyzer refuses to answer; here the name decides",
                    one.name
                );
                self.problem(&other.place, message, Loss::Nothing);
            }
        }
        for extra in baseline.iter().skip(1) {
            self.problem(
                &extra.place,
                "there is one BaselineAdminNetworkPolicy already".to_owned(),
                Loss::Policy,
            );
        }
        baseline.truncate(1);
        let of_admin: usize = admin.iter().map(|policy| policy.rules.len()).sum();
        let network = Rank(u32::try_from(of_admin).unwrap_or(u32::MAX - 2));
        for policy in admin {
            self.cluster_policy(policy, network);
        }
        self.rank = network.0.saturating_add(2);
        for policy in baseline {
            self.cluster_policy(policy, network);
        }
        for policy in &policies.network {
            self.network_policy(policy, network);
        }
    }

    fn unknown(&mut self, kind: &str, place: &Place) {
        self.problem(place, format!("netpol-analyzer does not know {kind}: it has no effect"), Loss::Policy);
    }

    fn problem(&mut self, place: &Place, message: String, loss: Loss) {
        self.problems.push(Problem { place: place.clone(), message, loss });
    }

    fn name(&mut self, name: &crate::place::PolicyName) -> u32 {
        self.names.push(name.clone());
        u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX)
    }

    fn network_policy(&mut self, policy: &NetworkPolicy, rank: Rank) {
        let name = self.name(&policy.name);
        let namespace = policy.name.namespace.clone().unwrap_or(Text::new_static("default"));
        let home = self.home(&namespace);
        let subject = Arc::new(self.selected(home.clone(), &[(Of::Pods, &policy.pod_selector)]));
        for direction in Direction::ALL {
            let counts = policy.isolates(direction);
            // Rules of a direction that does not count still tell stretches of addresses apart.
            let subject = if counts { Arc::clone(&subject) } else { Arc::new(Matcher::nobody()) };
            for rule in policy.rules(direction) {
                let peers = if rule.peers.is_empty() {
                    Matcher::everybody()
                } else {
                    Matcher(rule.peers.iter().filter_map(|peer| self.peer(peer, &home)).collect())
                };
                let ports = (!rule.ports.is_empty()).then(|| rule.ports.iter().map(network_port).collect());
                let origin = Origin::Policy(name, rule.place.clone());
                self.rule(origin, direction, rank, Action::Allow, &subject, peers, ports);
            }
            if counts {
                let (origin, rank) = (Origin::Default(vec![name]), Rank(rank.0.saturating_add(1)));
                self.rule(origin, direction, rank, Action::Deny, &subject, Matcher::everybody(), None);
            }
        }
    }

    fn peer(&mut self, peer: &network::Peer, home: &Requirement) -> Option<Conjunct> {
        if let Some(block) = &peer.ip_block {
            let set = if block.cidr.addr().is_ipv4() {
                AddressSet::block(block.cidr, &block.except)
            } else {
                self.problem(&peer.place, no_ipv6(&block.cidr), Loss::Part);
                AddressSet::default()
            };
            return Some(Conjunct::within(set));
        }
        let pods = peer.pod_selector.iter().map(|selector| (Of::Pods, selector));
        let selectors: Vec<_> =
            pods.chain(peer.namespace_selector.iter().map(|selector| (Of::Namespaces, selector))).collect();
        // Without a selector of namespaces it is the own one.
        let home = if peer.namespace_selector.is_some() { self.is_pod() } else { home.clone() };
        self.selected(home, &selectors).0.pop().filter(|_| !selectors.is_empty())
    }

    fn cluster_policy(&mut self, policy: &ClusterNetworkPolicy, network: Rank) {
        let name = self.name(&policy.name);
        let subject = Arc::new(self.subject(&policy.subject));
        for rule in &policy.rules {
            let rank = Rank(self.rank);
            self.rank = self.rank.saturating_add(1);
            let action = match (rule.action, policy.tier) {
                (admin::Action::Accept, _) => Action::Allow,
                (admin::Action::Deny, _) => Action::Deny,
                (admin::Action::Pass, Tier::Admin) => Action::Pass(network),
                (admin::Action::Pass, Tier::Baseline) | (admin::Action::Unknown, _) => {
                    self.problem(
                        &rule.place,
                        "the action is none: the rule has no effect".to_owned(),
                        Loss::Part,
                    );
                    continue;
                }
            };
            let mut peers = Matcher::nobody();
            for peer in &rule.peers {
                match &peer.who {
                    Who::Pods(subject) => peers.0.extend(self.subject(subject).0),
                    Who::Networks(blocks) => {
                        for block in blocks {
                            if block.addr().is_ipv4() {
                                peers.0.push(Conjunct::within(AddressSet::block(*block, &[])));
                            } else {
                                self.problem(&peer.place, no_ipv6(block), Loss::Part);
                            }
                        }
                    }
                    Who::Nodes(_) | Who::DomainNames(_) | Who::Unknown => {
                        let message = "netpol-analyzer takes nobody for this peer".to_owned();
                        self.problem(&peer.place, message, Loss::Part);
                    }
                }
            }
            let ports = rule.ports.as_ref().map(|ports| ports.iter().flat_map(admin_ports).collect());
            let origin = Origin::Policy(name, rule.place.clone());
            self.rule(origin, rule.direction, rank, action, &subject, peers, ports);
        }
    }

    fn subject(&mut self, subject: &Subject) -> Matcher {
        let pod = self.is_pod();
        match subject {
            Subject::Namespaces(namespaces) => self.selected(pod, &[(Of::Namespaces, namespaces)]),
            Subject::Pods { namespaces, pods } => {
                self.selected(pod, &[(Of::Namespaces, namespaces), (Of::Pods, pods)])
            }
            Subject::Nothing => Matcher::nobody(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a rule")]
    fn rule(
        &mut self,
        origin: Origin,
        direction: Direction,
        rank: Rank,
        action: Action,
        subject: &Arc<Matcher>,
        peers: Matcher,
        ports: Option<Vec<PortMatch>>,
    ) {
        self.rules.push(Rule {
            origin,
            direction,
            rank,
            action,
            subject: Arc::clone(subject),
            peers: Arc::new(peers),
            ports: ports.map(Arc::from),
            proxy: None,
            authentication: None,
        });
    }

    /// In the namespace itself.
    fn home(&mut self, namespace: &str) -> Requirement {
        Requirement::equals(self.keys.namespace, self.symbols.intern(namespace))
    }

    fn is_pod(&self) -> Requirement {
        Requirement::equals(self.keys.kind, self.keys.pod)
    }

    /// What satisfies a requirement and selectors.
    fn selected(&mut self, requirement: Requirement, selectors: &[(Of, &Selector)]) -> Matcher {
        let mut all = vec![requirement];
        for &(of, selector) in selectors {
            all.extend(self.keys.requirements(&mut self.symbols, of, selector));
        }
        Matcher(vec![Conjunct::of(all)])
    }

    fn finish(mut self, cluster: &Cluster) -> Lowered {
        let mut views = Views::default();
        let pods = cluster
            .pods
            .iter()
            .map(|pod| {
                let view = views.add(self.view(cluster, pod));
                Sight { remote: view, local: view, node: None }
            })
            .collect();
        // Nodes are no peers: nothing selects them, and nobody asks.
        let nobody = views.add(View::default());
        let nodes =
            cluster.nodes.iter().map(|_| Sight { remote: nobody, local: nobody, node: None }).collect();
        let sets = self.rules.iter().flat_map(|rule| &rule.peers.0);
        let outside = atoms(sets.filter_map(|conjunct| conjunct.addresses.as_deref()))
            .into_iter()
            .map(|(first, last)| {
                let addresses = Addresses::Range(first, last);
                ((first, last), views.add(View { addresses, ..View::default() }))
            })
            .collect();
        self.rules.sort_by_key(|rule| (rule.direction, rule.rank));
        Lowered {
            profile: Profile::NpGuard,
            symbols: self.symbols,
            policies: self.names,
            rules: self.rules,
            views: views.into_all(),
            pods,
            nodes,
            outside,
            names: Vec::new(),
            problems: self.problems,
            basis: None,
        }
    }

    fn view(&mut self, cluster: &Cluster, pod: &Pod) -> View {
        let Self { symbols, keys, .. } = self;
        let mut labels = vec![(keys.kind, keys.pod), (keys.namespace, symbols.intern(&pod.namespace))];
        labels.extend(keys.labels(symbols, Of::Pods, &pod.labels));
        let namespace = cluster.namespaces.get(&pod.namespace);
        labels.extend(
            namespace.into_iter().flat_map(|home| keys.labels(symbols, Of::Namespaces, &home.labels)),
        );
        let ports: Arc<[NamedPort]> = pod.named_ports().collect();
        View {
            labels: labels.into_iter().collect(),
            addresses: Addresses::Unseen,
            peer_ports: Arc::clone(&ports),
            ports,
        }
    }
}

fn no_ipv6(block: &IpNet) -> String {
    format!("netpol-analyzer knows no IPv6: {block} takes nobody")
}

fn network_port(port: &network::Port) -> PortMatch {
    match &port.port {
        None => PortMatch::all(port.protocol),
        Some(PortNumbers::Range(first, last)) => {
            PortMatch::Range { protocol: port.protocol, first: *first, last: *last }
        }
        Some(PortNumbers::Name(name)) => PortMatch::Named { protocol: port.protocol, name: name.clone() },
    }
}

/// A named port counts for whatever protocol the pod gives it.
fn admin_ports(port: &admin::Port) -> Vec<PortMatch> {
    let protocols = port.protocol.map_or(Protocol::WITH_PORTS.to_vec(), |protocol| vec![protocol]);
    let of = |protocol: Protocol| match &port.port {
        None => PortMatch::all(protocol),
        Some(PortNumbers::Range(first, last)) => PortMatch::Range { protocol, first: *first, last: *last },
        Some(PortNumbers::Name(name)) => PortMatch::Named { protocol, name: name.clone() },
    };
    protocols.into_iter().map(of).collect()
}
