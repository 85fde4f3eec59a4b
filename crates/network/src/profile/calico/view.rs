//! What can talk, with the labels that Calico gives it.

use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Node, Pod};
use crate::lowered::Sight;
use crate::profile::calico::label;
use crate::symbol::{LabelSet, Symbols};
use crate::view::{Addresses, NamedPort, View, ViewId};

/// The views of a cluster.
pub(super) struct Views {
    pub(super) symbols: Symbols,
    pub(super) all: Vec<View>,
    pub(super) pods: Vec<Sight>,
    pub(super) nodes: Vec<Sight>,
}

impl Views {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let mut made =
            Self { symbols: Symbols::default(), all: Vec::new(), pods: Vec::new(), nodes: Vec::new() };
        made.nodes =
            cluster.nodes.iter().zip(0..).map(|(node, place)| made.node(node, Some(place))).collect();
        let by_name: FxHashMap<&Text, u32> = cluster.nodes.iter().map(|node| &node.name).zip(0..).collect();
        let mut known = FxHashMap::default();
        let mut elsewhere = None;
        for pod in &cluster.pods {
            let node = pod.node.as_ref().and_then(|node| by_name.get(node)).copied();
            let sight = match node.and_then(|place| made.nodes.get(place as usize)).copied() {
                Some(sight) if pod.host_network => sight,
                None if pod.host_network => {
                    *elsewhere.get_or_insert_with(|| made.node(&Node::default(), None))
                }
                _ => {
                    let view = made.pod(cluster, pod);
                    let id = *known.entry(view).or_insert_with_key(|view| push(&mut made.all, view.clone()));
                    Sight { remote: id, local: id, node }
                }
            };
            made.pods.push(sight);
        }
        made
    }

    fn node(&mut self, node: &Node, place: Option<u32>) -> Sight {
        let name = (self.symbols.intern(label::NODE), self.symbols.intern(&node.name));
        let own = (self.symbols.intern(label::OWN_NODE), name.1);
        let addresses = addresses(&node.addresses);
        let remote =
            View { labels: LabelSet::from_iter([name]), addresses: addresses.clone(), ..View::default() };
        let local = View { labels: LabelSet::from_iter([name, own]), addresses, ..View::default() };
        Sight { remote: push(&mut self.all, remote), local: push(&mut self.all, local), node: place }
    }

    fn pod(&mut self, cluster: &Cluster, pod: &Pod) -> View {
        let mut labels = Vec::new();
        let mut add =
            |key: &str, value: &str| labels.push((self.symbols.intern(key), self.symbols.intern(value)));
        for (key, value) in &pod.labels {
            add(key, value);
        }
        let prefixed = |prefix: &str, key: &str| format!("{prefix}{key}");
        for (key, value) in
            cluster.namespaces.get(&pod.namespace).into_iter().flat_map(|namespace| &namespace.labels)
        {
            add(&prefixed(label::OF_NAMESPACE, key), value);
        }
        let account = if pod.service_account.is_empty() { "default" } else { &pod.service_account };
        add(&prefixed(label::OF_NAMESPACE, label::NAME), &pod.namespace);
        add(&prefixed(label::OF_SERVICE_ACCOUNT, label::NAME), account);
        add(label::NAMESPACE, &pod.namespace);
        add(label::SERVICE_ACCOUNT, account);
        add(label::ORCHESTRATOR, "k8s");
        let ports: Arc<[NamedPort]> = pod
            .ports
            .iter()
            .filter_map(|port| {
                Some(NamedPort { name: port.name.clone()?, protocol: port.protocol, number: port.number })
            })
            .collect();
        View {
            labels: labels.into_iter().collect(),
            addresses: addresses(&pod.addresses),
            peer_ports: Arc::clone(&ports),
            ports,
        }
    }
}

fn addresses(known: &[std::net::IpAddr]) -> Addresses {
    if known.is_empty() { Addresses::Unknown } else { Addresses::Known(known.into()) }
}

fn push(views: &mut Vec<View>, view: View) -> ViewId {
    views.push(view);
    ViewId(u32::try_from(views.len() - 1).unwrap_or(u32::MAX))
}
