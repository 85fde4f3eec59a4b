//! The cluster as the rules see it.

use std::net::IpAddr;
use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::address::AddressRange;
use crate::cluster::Pod;
use crate::lowered::{Lowered, Sight};
use crate::symbol::Symbol;
use crate::view::{Addresses, NamedPort, View, ViewId, Views};

use super::builder::Builder;
use super::keys::Of;

/// Everything that can talk.
pub(super) struct Seen {
    pub(super) views: Vec<View>,
    pub(super) pods: Vec<Sight>,
    pub(super) nodes: Vec<Sight>,
    pub(super) outside: Vec<(AddressRange, ViewId)>,
    pub(super) names: Vec<(Text, Vec<(AddressRange, ViewId)>)>,
}

impl Seen {
    /// What a cluster was seen as.
    pub(super) fn of(lowered: &Lowered) -> Self {
        Self {
            views: lowered.views.clone(),
            pods: lowered.pods.clone(),
            nodes: lowered.nodes.clone(),
            outside: lowered.outside.clone(),
            names: lowered.names.clone(),
        }
    }
}

pub(super) fn build(builder: &mut Builder<'_>) -> Seen {
    let cluster = builder.cluster;
    let atoms = builder.blocks.atoms();
    let mut views = Views::default();
    let nodes: Vec<Sight> = (0..)
        .zip(&cluster.nodes)
        .map(|(index, node)| {
            let mut labels = vec![(builder.keys.kind, builder.keys.node)];
            labels.extend(builder.keys.labels(&mut builder.symbols, Of::Nodes, &node.labels));
            let hold = builder.options.blocks_hold_nodes;
            let addresses = addresses(builder, &node.addresses, hold, &atoms, &mut labels);
            let seen = |labels: &[(Symbol, Symbol)]| View {
                labels: labels.iter().copied().collect(),
                addresses: addresses.clone(),
                ..View::default()
            };
            let remote = views.add(seen(&labels));
            labels.push((builder.keys.own_node, builder.keys.yes));
            Sight { remote, local: views.add(seen(&labels)), node: Some(index) }
        })
        .collect();
    let by_name: FxHashMap<&str, u32> =
        (0..).zip(&cluster.nodes).map(|(index, node)| (node.name.as_str(), index)).collect();
    let namespaces: FxHashMap<&str, Vec<(Symbol, Symbol)>> = cluster
        .namespaces
        .iter()
        .map(|(name, namespace)| {
            let mut labels = builder.keys.labels(&mut builder.symbols, Of::Namespaces, &namespace.labels);
            // Only namespaces that rules name have to be told apart.
            let named = builder.symbols.find(name).filter(|name| builder.namespaces.contains(name));
            labels.extend(named.map(|name| (builder.keys.namespace, name)));
            (name.as_str(), labels)
        })
        .collect();
    let mut pods = Vec::with_capacity(cluster.pods.len());
    for pod in &cluster.pods {
        let on = pod.node.as_ref().and_then(|name| by_name.get(name.as_str())).copied();
        if pod.host_network {
            let node = on.and_then(|index| nodes.get(index as usize));
            pods.push(node.copied().unwrap_or_else(|| unplaced(builder, pod, &atoms, &mut views)));
            continue;
        }
        let mut labels = vec![(builder.keys.kind, builder.keys.pod)];
        labels.extend(namespaces.get(pod.namespace.as_str()).into_iter().flatten());
        labels.extend(builder.keys.labels(&mut builder.symbols, Of::Pods, &pod.labels));
        if on.is_none() {
            labels.push((builder.keys.unplaced, builder.keys.yes));
        }
        let addresses =
            addresses(builder, &pod.addresses, builder.options.blocks_hold_pods, &atoms, &mut labels);
        let ports = ports(builder, pod);
        let view =
            View { labels: labels.into_iter().collect(), addresses, peer_ports: Arc::clone(&ports), ports };
        let id = views.add(view);
        pods.push(Sight { remote: id, local: id, node: on });
    }
    let mut stretches = |name: Option<Symbol>| {
        let view = |&(first, last): &AddressRange| {
            let kind = [(builder.keys.kind, builder.keys.outside)];
            let labels = kind.into_iter().chain(name.map(|name| (builder.keys.name, name))).collect();
            let view = View { labels, addresses: Addresses::Range(first, last), ..View::default() };
            ((first, last), views.add(view))
        };
        atoms.iter().map(view).collect::<Vec<_>>()
    };
    let outside = stretches(None);
    let names = builder.asked_names.iter();
    let names = names.map(|name| (name.clone(), stretches(builder.symbols.find(name)))).collect();
    Seen { views: views.into_all(), pods, nodes, outside, names }
}

/// A pod in the network of a node that nobody knows.
fn unplaced(builder: &Builder<'_>, pod: &Pod, atoms: &[AddressRange], views: &mut Views) -> Sight {
    let keys = &builder.keys;
    let mut labels = vec![(keys.kind, keys.node), (keys.unplaced, keys.yes)];
    let addresses = addresses(builder, &pod.addresses, builder.options.blocks_hold_nodes, atoms, &mut labels);
    let id = views.add(View { labels: labels.into_iter().collect(), addresses, ..View::default() });
    Sight { remote: id, local: id, node: None }
}

/// The stretches in which the addresses are: what is in the same ones looks the same. Unknown ones are told by a label.
fn addresses(
    builder: &Builder<'_>,
    known: &[IpAddr],
    seen: bool,
    atoms: &[AddressRange],
    labels: &mut Vec<(Symbol, Symbol)>,
) -> Addresses {
    if !seen || builder.blocks.is_empty() {
        return Addresses::Unseen;
    }
    if known.is_empty() {
        labels.push((builder.keys.address, builder.keys.yes));
        return Addresses::Unseen;
    }
    let start = |address: &IpAddr| {
        let after = atoms.partition_point(|(first, _)| first <= address);
        after.checked_sub(1).and_then(|at| atoms.get(at)).map_or(*address, |(first, _)| *first)
    };
    let mut starts: Vec<IpAddr> = known.iter().map(start).collect();
    starts.sort_unstable();
    starts.dedup();
    Addresses::Known(starts.into())
}

/// The named ports that some rule asks for.
fn ports(builder: &Builder<'_>, pod: &Pod) -> Arc<[NamedPort]> {
    let mut named: Vec<NamedPort> =
        pod.named_ports().filter(|port| builder.port_names.contains(&port.name)).collect();
    named.sort_unstable();
    named.dedup();
    named.into()
}
