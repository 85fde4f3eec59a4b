//! Identities: the labels by which the agent of a node knows an address.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::address::AddressSet;
use crate::cluster::{Cluster, Endpoint, Node, Pod};
use crate::kinds::cilium::LabelKey;
use crate::profile::Options;
use crate::profile::cilium::label::{CLUSTER, CLUSTER_NAME, GROUP_NAME, Label, of_pod};

/// The identities of a cluster.
pub struct Identities<'a> {
    cluster: &'a Cluster,
    options: &'a Options,
    /// The blocks that policies list, each once. An address has the label of the longest that it is in.
    listed: Vec<IpNet>,
    /// All addresses with an identity of their own.
    own: AddressSet,
    /// The names and patterns of names that policies list, with the addresses that they stand for.
    names: Vec<(Label, AddressSet)>,
}

impl<'a> Identities<'a> {
    pub(super) fn new(
        cluster: &'a Cluster,
        options: &'a Options,
        listed: Vec<IpNet>,
        names: Vec<(Label, AddressSet)>,
    ) -> Self {
        let mut listed = listed;
        listed.sort();
        listed.dedup();
        let groups = cluster.address_groups.iter().flat_map(|group| &group.blocks);
        let blocks = listed.iter().chain(groups).filter(|block| block.prefix_len() > 0);
        let singles = cluster.apiserver.iter().map(|&address| (address, address));
        let learned = names.iter().flat_map(|(_, set)| set.ranges().iter().copied());
        let own = blocks.copied().map(crate::address::range).chain(singles).chain(learned).collect();
        Self { cluster, options, listed, own, names }
    }

    /// The labels by which rules can select a pod, without those of its address.
    pub(super) fn pod(&self, pod: &Pod) -> Vec<Label> {
        of_pod(pod, self.cluster.namespaces.get(&pod.namespace))
    }

    /// The labels of a node on itself, without those of its address.
    pub(super) fn host(&self, node: &Node) -> Vec<Label> {
        self.node(node, "host")
    }

    /// The labels of a node on others, without those of its address.
    pub(super) fn remote_node(&self, node: &Node) -> Vec<Label> {
        self.node(node, "remote-node")
    }

    fn node(&self, node: &Node, kind: &str) -> Vec<Label> {
        let mut labels = vec![Label::reserved(kind)];
        if node.addresses.iter().any(|address| self.cluster.apiserver.contains(address)) {
            labels.push(Label::reserved("kube-apiserver"));
        }
        if self.options.node_selector_labels {
            labels.push(Label::new(LabelKey::K8S, CLUSTER, CLUSTER_NAME));
            labels.extend(node.labels.iter().map(|(key, value)| Label::new("node", key, value)));
        }
        labels
    }

    /// The labels of an outside address, without those of blocks, groups and names, and whether any of these gives it
    /// an identity of its own.
    pub(super) fn outside(&self, address: IpAddr) -> (Vec<Label>, bool) {
        let world = match address {
            _ if !self.options.dual_stack => "world",
            IpAddr::V4(_) => "world-ipv4",
            IpAddr::V6(_) => "world-ipv6",
        };
        let mut labels = vec![Label::reserved(world)];
        if self.cluster.apiserver.contains(&address) {
            labels.push(Label::reserved("kube-apiserver"));
        }
        (labels, self.own.contains(address))
    }

    /// All labels of an address as the agent of a node sees it (`None`: of another node), those that stand for blocks,
    /// groups and names among them. Empty for what does not exist.
    pub fn labels(&self, endpoint: Endpoint, on: Option<u32>) -> Vec<Label> {
        let mut labels = match endpoint {
            Endpoint::Pod(at) => {
                let Some(pod) = self.cluster.pods.get(at as usize) else { return Vec::new() };
                let mut labels = self.pod(pod);
                if self.options.blocks_hold_pods {
                    labels.extend(pod.addresses.iter().filter_map(|&address| self.block(address, true)));
                }
                labels
            }
            Endpoint::Node(at) => {
                let Some(node) = self.cluster.nodes.get(at as usize) else { return Vec::new() };
                let local = on == Some(at);
                let mut labels = if local { self.host(node) } else { self.remote_node(node) };
                if self.options.blocks_hold_nodes {
                    let of = |&address: &IpAddr| {
                        if local {
                            Some(block_label(IpNet::from(address)))
                        } else {
                            self.block(address, false)
                        }
                    };
                    labels.extend(node.addresses.iter().filter_map(of));
                }
                labels
            }
            Endpoint::Address(address) => {
                let mut labels = self.outside(address).0;
                labels.extend(self.block(address, false));
                labels.extend(self.groups(address));
                let named = self.names.iter().filter(|(_, set)| set.contains(address));
                labels.extend(named.map(|(label, _)| label.clone()));
                labels
            }
        };
        labels.sort();
        labels.dedup();
        labels
    }

    /// The label of the longest listed block that holds an address; the block of all is the world, which only pods
    /// tell.
    fn block(&self, address: IpAddr, all: bool) -> Option<Label> {
        let holding = self.listed.iter().filter(|block| block.contains(&address) && block.prefix_len() > 0);
        let longest = holding.max_by_key(|block| block.prefix_len()).copied();
        let everything = || match address {
            IpAddr::V4(_) => "0.0.0.0/0".parse().ok(),
            IpAddr::V6(_) => "::/0".parse().ok(),
        };
        longest.or_else(|| if all { everything() } else { None }).map(block_label)
    }

    /// The labels of the groups that an address is in.
    fn groups(&self, address: IpAddr) -> Vec<Label> {
        let holds = |group: &&crate::cluster::AddressGroup| {
            group.kind == "CiliumCIDRGroup" && group.blocks.iter().any(|block| block.contains(&address))
        };
        let mut labels = Vec::new();
        for group in self.cluster.address_groups.iter().filter(holds) {
            labels.push(Label::new("cidrgroup", &format!("{GROUP_NAME}{}", group.name), ""));
            for (key, value) in &group.labels {
                labels.push(Label::new("cidrgroup", key, value));
                labels.push(Label::new("cidrgroup", &format!("{key}+{value}"), ""));
            }
        }
        labels
    }
}

fn block_label(block: IpNet) -> Label {
    Label::new("cidr", &block.trunc().to_string(), "")
}
