//! What can talk, with the labels that Calico gives it.

use std::sync::Arc;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::cluster::{Cluster, Node, Pod};
use crate::lowered::Sight;
use crate::profile::calico::label;
use crate::symbol::{LabelSet, Symbol, Symbols};
use crate::view::{Addresses, NamedPort, View, Views};

/// The views of a cluster.
pub(super) struct Seen {
    pub(super) symbols: Symbols,
    pub(super) views: Views,
    pub(super) pods: Vec<Sight>,
    pub(super) nodes: Vec<Sight>,
}

impl Seen {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let mut made = Self {
            symbols: Symbols::default(),
            views: Views::default(),
            pods: Vec::new(),
            nodes: Vec::new(),
        };
        made.nodes =
            cluster.nodes.iter().zip(0..).map(|(node, place)| made.node(node, Some(place))).collect();
        let by_name: FxHashMap<&Text, u32> = cluster.nodes.iter().map(|node| &node.name).zip(0..).collect();
        let mut namespaces: FxHashMap<&Text, Vec<(Symbol, Symbol)>> = FxHashMap::default();
        let mut elsewhere = None;
        for pod in &cluster.pods {
            let node = pod.node.as_ref().and_then(|node| by_name.get(node)).copied();
            let sight = match node.and_then(|place| made.nodes.get(place as usize)).copied() {
                Some(sight) if pod.host_network => sight,
                None if pod.host_network => {
                    *elsewhere.get_or_insert_with(|| made.node(&Node::default(), None))
                }
                _ => {
                    let home = namespaces
                        .entry(&pod.namespace)
                        .or_insert_with(|| made.namespace(cluster, &pod.namespace));
                    let view = made.pod(home, pod, node.is_none());
                    let id = made.views.add(view);
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
        if place.is_none() {
            let unplaced = (self.symbols.intern(label::UNPLACED), name.1);
            let labels = LabelSet::from_iter([name, unplaced]);
            let id = self.views.add(View { labels, addresses, ..View::default() });
            return Sight { remote: id, local: id, node: None };
        }
        let remote =
            View { labels: LabelSet::from_iter([name]), addresses: addresses.clone(), ..View::default() };
        let local = View { labels: LabelSet::from_iter([name, own]), addresses, ..View::default() };
        Sight { remote: self.views.add(remote), local: self.views.add(local), node: place }
    }

    /// What every pod of a namespace has of it.
    fn namespace(&mut self, cluster: &Cluster, name: &str) -> Vec<(Symbol, Symbol)> {
        let own = cluster.namespaces.get(name).into_iter().flat_map(|namespace| &namespace.labels);
        let own = own.map(|(key, value)| (key.as_str(), value.as_str())).chain([(label::NAME, name)]);
        let mut labels: Vec<_> = own
            .map(|(key, value)| {
                let key = self.symbols.intern(&format!("{}{key}", label::OF_NAMESPACE));
                (key, self.symbols.intern(value))
            })
            .collect();
        labels.push((self.symbols.intern(label::NAMESPACE), self.symbols.intern(name)));
        labels
    }

    fn pod(&mut self, namespace: &[(Symbol, Symbol)], pod: &Pod, unplaced: bool) -> View {
        let account = if pod.service_account.is_empty() { "default" } else { &pod.service_account };
        let name_of_account = format!("{}{}", label::OF_SERVICE_ACCOUNT, label::NAME);
        let own = pod.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let added = [
            (name_of_account.as_str(), account),
            (label::SERVICE_ACCOUNT, account),
            (label::ORCHESTRATOR, "k8s"),
        ];
        let mut labels: Vec<_> = own
            .chain(added)
            .map(|(key, value)| (self.symbols.intern(key), self.symbols.intern(value)))
            .collect();
        labels.extend(namespace);
        if unplaced {
            labels.push((self.symbols.intern(label::UNPLACED), self.symbols.intern("")));
        }
        let ports: Arc<[NamedPort]> = pod.named_ports().collect();
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
