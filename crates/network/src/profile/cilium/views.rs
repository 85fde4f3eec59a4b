//! Everything that can talk, by its identity.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::address::{self, AddressRange, AddressSet};
use crate::cluster::{Cluster, Pod};
use crate::kinds::cilium::LabelKey;
use crate::lowered::Sight;
use crate::profile::Options;
use crate::profile::cilium::identity::Identities;
use crate::profile::cilium::label::{Label, of_host};
use crate::profile::cilium::selector::AGGREGATE;
use crate::symbol::{LabelSet, Symbol, Symbols};
use crate::view::{Addresses, NamedPort, View, ViewId};

/// The source under which a view of a node keeps the labels by which host policies select it.
pub(super) const HOST: &str = "ironsides-host";

/// Everything that can talk.
pub(super) struct Views {
    pub(super) all: Vec<View>,
    pub(super) pods: Vec<Sight>,
    pub(super) nodes: Vec<Sight>,
    pub(super) outside: Vec<(AddressRange, ViewId)>,
}

/// Builds the views. `sets` are the addresses that rules ask for; only labels that they ask for are kept.
pub(super) fn build(
    cluster: &Cluster,
    options: Options,
    identities: &Identities<'_>,
    sets: &[AddressSet],
    symbols: &mut Symbols,
) -> Views {
    let mut builder =
        Builder { views: Vec::new(), known: FxHashMap::default(), symbols, by_address: !sets.is_empty() };
    let node_numbers: BTreeMap<&str, u32> =
        (0..).zip(&cluster.nodes).map(|(at, node)| (node.name.as_str(), at)).collect();
    let mut nodes = Vec::new();
    for (at, node) in (0..).zip(&cluster.nodes) {
        let addresses = builder.addresses(options.blocks_hold_nodes, &node.addresses);
        let mut local = identities.host(node);
        local.extend(
            of_host(&node.labels).into_iter().map(|label| Label::new(HOST, &label.key.name, &label.value)),
        );
        let local = builder.view(&local, None, addresses.clone(), [].into());
        let own_identity = options.node_selector_labels || options.blocks_hold_nodes;
        let aggregate = own_identity.then_some("remote-node");
        let remote = builder.view(&identities.remote_node(node), aggregate, addresses, [].into());
        nodes.push(Sight { remote, local, node: Some(at) });
    }
    let shared = shared_ports(cluster, identities);
    let mut pods = Vec::new();
    for pod in &cluster.pods {
        let node = pod.node.as_deref().and_then(|name| node_numbers.get(name)).copied();
        let on_node = || nodes.get(node? as usize).copied();
        if pod.host_network {
            // A pod without a network of its own is its node, or one that nobody knows.
            let unknown = || {
                let labels = [Label::reserved("remote-node")];
                let id = builder.view(&labels, None, Addresses::Unseen, [].into());
                Sight { remote: id, local: id, node }
            };
            pods.push(on_node().unwrap_or_else(unknown));
            continue;
        }
        let labels = identities.pod(pod);
        let addresses = builder.addresses(options.blocks_hold_pods, &pod.addresses);
        let peer_ports = shared.get(&labels).cloned().unwrap_or_default();
        let id = builder.with_ports(&labels, Some("cluster"), addresses, own_ports(pod), peer_ports);
        pods.push(Sight { remote: id, local: id, node });
    }
    let singles: AddressSet = cluster.apiserver.iter().map(|&address| (address, address)).collect();
    let mut outside = Vec::new();
    for range in address::atoms(sets.iter().chain([&singles])) {
        let (labels, listed) = identities.outside(range.0);
        let aggregate = listed.then_some("world");
        let addresses = Addresses::Range(range.0, range.1);
        outside.push((range, builder.view(&labels, aggregate, addresses, [].into())));
    }
    Views { all: builder.views, pods, nodes, outside }
}

struct Builder<'a> {
    views: Vec<View>,
    known: FxHashMap<View, ViewId>,
    symbols: &'a mut Symbols,
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
        self.with_ports(labels, aggregate, addresses, Arc::clone(&ports), ports)
    }

    fn with_ports(
        &mut self,
        labels: &[Label],
        aggregate: Option<&str>,
        addresses: Addresses,
        ports: Arc<[NamedPort]>,
        peer_ports: Arc<[NamedPort]>,
    ) -> ViewId {
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
        let view = View { labels: asked.into_iter().collect::<LabelSet>(), addresses, ports, peer_ports };
        if let Some(&id) = self.known.get(&view) {
            return id;
        }
        let id = ViewId(u32::try_from(self.views.len()).unwrap_or(u32::MAX));
        self.views.push(view.clone());
        self.known.insert(view, id);
        id
    }

    /// The symbol of a value. Those that no rule asks for are alike.
    fn value(&mut self, value: &str) -> Symbol {
        self.symbols.find(value).unwrap_or_else(|| self.symbols.intern("\u{0}"))
    }
}

/// The named ports of a pod for what it receives.
fn own_ports(pod: &Pod) -> Arc<[NamedPort]> {
    let named = |port: &crate::cluster::ContainerPort| {
        let name = port.name.clone()?;
        Some(NamedPort { name, protocol: port.protocol, number: port.number })
    };
    let mut ports: Vec<NamedPort> = pod.ports.iter().filter_map(named).collect();
    ports.sort();
    ports.dedup();
    ports.into()
}

/// The named ports by which others reach an identity: pods of one identity share them, and a name that stands for two numbers
/// stands for none.
fn shared_ports(cluster: &Cluster, identities: &Identities<'_>) -> FxHashMap<Vec<Label>, Arc<[NamedPort]>> {
    let mut all: FxHashMap<Vec<Label>, Vec<NamedPort>> = FxHashMap::default();
    for pod in cluster.pods.iter().filter(|pod| !pod.host_network) {
        all.entry(identities.pod(pod)).or_default().extend(own_ports(pod).iter().cloned());
    }
    let unambiguous = |mut ports: Vec<NamedPort>| -> Arc<[NamedPort]> {
        ports.sort();
        ports.dedup();
        let same = |a: &NamedPort, b: &NamedPort| a.name == b.name && a.protocol == b.protocol;
        let single = |port: &&NamedPort| ports.iter().filter(|other| same(port, other)).count() == 1;
        ports.iter().filter(single).cloned().collect()
    };
    all.into_iter().map(|(labels, ports)| (labels, unambiguous(ports))).collect()
}
