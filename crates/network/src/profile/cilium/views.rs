//! Everything that can talk, by its identity.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::address::{self, AddressRange, AddressSet};
use crate::cluster::{Cluster, Labels, Pod};
use crate::kinds::cilium::LabelKey;
use crate::lowered::Sight;
use crate::profile::Options;
use crate::profile::cilium::identity::Identities;
use crate::profile::cilium::label::{Label, of_host};
use crate::profile::cilium::selector::AGGREGATE;
use crate::symbol::{LabelSet, Symbol, Symbols};
use crate::view::{Addresses, NamedPort, View, ViewId, Views};

/// The source under which a view of a node keeps the labels by which host policies select it.
pub(super) const HOST: &str = "ironsides-host";

/// The key that tells a node from others where a pod may be on any: there on what is seen from afar.
pub(super) const NODE: &str = "ironsides-node";

/// The key of pods of which nobody knows the node.
pub(super) const UNPLACED: &str = "ironsides-unplaced";

/// Everything that can talk.
pub(super) struct Seen {
    pub(super) all: Vec<View>,
    pub(super) pods: Vec<Sight>,
    pub(super) nodes: Vec<Sight>,
    pub(super) outside: Vec<(AddressRange, ViewId)>,
    pub(super) names: Vec<(Text, Vec<(AddressRange, ViewId)>)>,
    /// The nodes by their value of [`NODE`], each as it sees itself and as others see it; none where every pod has its
    /// node.
    pub(super) guessed: Vec<(Symbol, [usize; 2])>,
}

/// The source under which a view keeps the name that its address is one of, where a service stands for it.
pub(super) const NAME: &str = "ironsides-name";

/// What rules ask for of what is outside.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Addresses.
    pub(super) sets: &'a [AddressSet],
    /// Names that services stand for.
    pub(super) names: &'a BTreeSet<Text>,
}

/// Builds the views; only labels that rules ask for are kept.
pub(super) fn build(
    cluster: &Cluster,
    options: Options,
    identities: &Identities<'_>,
    Asked { sets, names }: Asked<'_>,
    symbols: &mut Symbols,
) -> Seen {
    let other = symbols.intern("\u{0}");
    let node_numbers: BTreeMap<&str, u32> =
        (0..).zip(&cluster.nodes).map(|(at, node)| (node.name.as_str(), at)).collect();
    let node_of = |pod: &Pod| pod.node.as_deref().and_then(|name| node_numbers.get(name)).copied();
    let guessing = cluster.pods.iter().any(|pod| !pod.host_network && node_of(pod).is_none());
    let marks = guessing.then(|| {
        let value = |at| symbols.intern(&format!("{NODE}-{at}"));
        let values: Vec<Symbol> = (0..cluster.nodes.len()).map(value).collect();
        (symbols.intern(NODE), values, symbols.intern(UNPLACED))
    });
    let mut builder = Builder { views: Views::default(), symbols, other, by_address: !sets.is_empty() };
    let mut nodes = Vec::new();
    let mut guessed: Vec<(Symbol, [usize; 2])> = Vec::new();
    let mut known: FxHashMap<(ViewId, View), Symbol> = FxHashMap::default();
    for (at, node) in (0..).zip(&cluster.nodes) {
        let addresses = builder.addresses(options.blocks_hold_nodes, &node.addresses);
        let mut local = identities.host(node);
        local.extend(
            of_host(&node.labels).into_iter().map(|label| Label::new(HOST, &label.key.name, &label.value)),
        );
        let local = builder.view(&local, None, addresses.clone(), [].into());
        let own_identity = options.node_selector_labels || options.blocks_hold_nodes;
        let aggregate = own_identity.then_some("remote-node");
        let labels = builder.labels(&identities.remote_node(node), aggregate);
        let mut remote = View { labels, addresses, ..View::default() };
        let mut value = None;
        if let Some((key, values, _)) = &marks {
            // Nodes that look the same on themselves and from afar are one.
            let next = values.get(known.len()).copied().unwrap_or(other);
            let mark = *known.entry((local, remote.clone())).or_insert(next);
            remote.labels = remote.labels.iter().chain([(*key, mark)]).collect();
            value = Some(mark);
        }
        let remote = builder.views.add(remote);
        if let Some(value) = value.filter(|value| guessed.iter().all(|(known, _)| known != value)) {
            guessed.push((value, [local.index(), remote.index()]));
        }
        nodes.push(Sight { remote, local, node: Some(at) });
    }
    let identified = Identified::new(cluster, identities, &builder);
    let mut pods = Vec::new();
    for (pod, identity) in cluster.pods.iter().zip(&identified.of_pods) {
        let node = node_of(pod);
        let Some(identity) = identity.and_then(|number| identified.all.get(number)) else {
            // A pod without a network of its own is its node, or one that nobody knows.
            let on_node = node.and_then(|node| nodes.get(node as usize).copied());
            pods.push(on_node.unwrap_or_else(|| {
                let labels = [Label::reserved("remote-node")];
                let id = builder.view(&labels, None, Addresses::Unseen, [].into());
                Sight { remote: id, local: id, node }
            }));
            continue;
        };
        let addresses = builder.addresses(options.blocks_hold_pods, &pod.addresses);
        let (mut labels, peer_ports) = (identity.labels.clone(), Arc::clone(&identity.ports));
        if let Some((.., unplaced)) = marks.as_ref().filter(|_| node.is_none()) {
            labels = labels.iter().chain([(*unplaced, other)]).collect();
        }
        let id = builder.views.add(View { labels, addresses, ports: own_ports(pod).into(), peer_ports });
        pods.push(Sight { remote: id, local: id, node });
    }
    let singles: AddressSet = cluster.apiserver.iter().map(|&address| (address, address)).collect();
    let atoms = address::atoms(sets.iter().chain([&singles]));
    let mut stretches = |name: Option<&Text>| {
        let mut outside = Vec::new();
        for &range in &atoms {
            let (mut labels, listed) = identities.outside(range.0);
            labels.extend(name.map(|name| Label::new(NAME, NAME, name)));
            // An address that was learned for a name has an identity of its own.
            let aggregate = (listed || name.is_some()).then_some("world");
            let addresses = Addresses::Range(range.0, range.1);
            outside.push((range, builder.view(&labels, aggregate, addresses, [].into())));
        }
        outside
    };
    let outside = stretches(None);
    let names = names.iter().map(|name| (name.clone(), stretches(Some(name)))).collect();
    Seen { all: builder.views.into_all(), pods, nodes, outside, names, guessed }
}

struct Builder<'a> {
    views: Views,
    symbols: &'a Symbols,
    /// The value of whatever no rule asks for.
    other: Symbol,
    /// Whether any rule asks for addresses.
    by_address: bool,
}

impl Builder<'_> {
    fn addresses(&self, seen: bool, addresses: &[IpAddr]) -> Addresses {
        match (seen && self.by_address, addresses) {
            (false, _) => Addresses::Unseen,
            (true, []) => Addresses::Unknown,
            (true, known) => Addresses::Known(known.into()),
        }
    }

    fn view(
        &mut self,
        labels: &[Label],
        aggregate: Option<&str>,
        addresses: Addresses,
        ports: Arc<[NamedPort]>,
    ) -> ViewId {
        let labels = self.labels(labels, aggregate);
        self.views.add(View { labels, addresses, peer_ports: Arc::clone(&ports), ports })
    }

    /// The labels that rules ask for.
    fn labels(&self, labels: &[Label], aggregate: Option<&str>) -> LabelSet {
        let mut asked: Vec<(Symbol, Symbol)> = Vec::new();
        for label in labels {
            let any = LabelKey { source: LabelKey::ANY.into(), name: label.key.name.clone() };
            for key in [label.key.to_string(), any.to_string()] {
                if let Some(key) = self.symbols.find(&key) {
                    asked.push((key, self.value(&label.value)));
                }
            }
        }
        if let (Some(key), Some(name)) = (self.symbols.find(AGGREGATE), aggregate) {
            asked.push((key, self.value(name)));
        }
        asked.into_iter().collect()
    }

    /// The symbol of a value. Those that no rule asks for are alike.
    fn value(&self, value: &str) -> Symbol {
        self.symbols.find(value).unwrap_or(self.other)
    }
}

/// The identities of pods, each once.
struct Identified {
    all: Vec<Identity>,
    /// By the order of pods; those on the network of their node have none.
    of_pods: Vec<Option<usize>>,
}

/// What pods of one identity have in common.
struct Identity {
    /// The labels that rules ask for.
    labels: LabelSet,
    /// The named ports by which others reach it.
    ports: Arc<[NamedPort]>,
}

impl Identified {
    fn new(cluster: &Cluster, identities: &Identities<'_>, builder: &Builder<'_>) -> Self {
        let mut by_written: FxHashMap<(&str, &str, &Labels), usize> = FxHashMap::default();
        let mut by_labels: FxHashMap<Vec<Label>, usize> = FxHashMap::default();
        let mut ports: Vec<Vec<NamedPort>> = Vec::new();
        let mut number = |pod: &Pod| {
            let next = by_labels.len();
            *by_labels.entry(identities.pod(pod)).or_insert(next)
        };
        let mut of_pods = Vec::with_capacity(cluster.pods.len());
        for pod in &cluster.pods {
            if pod.host_network {
                of_pods.push(None);
                continue;
            }
            let written = (pod.namespace.as_str(), pod.service_account.as_str(), &pod.labels);
            let number = *by_written.entry(written).or_insert_with(|| number(pod));
            ports.resize_with(ports.len().max(number + 1), Vec::new);
            if let Some(ports) = ports.get_mut(number) {
                ports.extend(own_ports(pod));
                ports.sort();
                ports.dedup();
            }
            of_pods.push(Some(number));
        }
        let mut labels: Vec<(Vec<Label>, usize)> = by_labels.into_iter().collect();
        labels.sort_by_key(|&(_, number)| number);
        let identity = |((labels, _), ports): ((Vec<Label>, usize), Vec<NamedPort>)| Identity {
            labels: builder.labels(&labels, Some("cluster")),
            ports: unambiguous(&ports),
        };
        Self { all: labels.into_iter().zip(ports).map(identity).collect(), of_pods }
    }
}

/// The named ports of a pod for what it receives.
fn own_ports(pod: &Pod) -> Vec<NamedPort> {
    let mut ports: Vec<NamedPort> = pod.named_ports().collect();
    ports.sort();
    ports.dedup();
    ports
}

/// The ports of pods of one identity: a name that stands for two numbers stands for none.
fn unambiguous(ports: &[NamedPort]) -> Arc<[NamedPort]> {
    let same = |a: &NamedPort, b: &NamedPort| a.name == b.name && a.protocol == b.protocol;
    let single = |port: &&NamedPort| ports.iter().filter(|other| same(port, other)).count() == 1;
    ports.iter().filter(single).cloned().collect()
}
