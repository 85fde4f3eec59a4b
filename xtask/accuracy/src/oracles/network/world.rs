//! A recorded world: a cluster with its policies.

use std::collections::BTreeMap;
use std::net::IpAddr;

use anyhow::{Context, Result, bail};
use ironsides_network::cluster::{
    AddressGroup, ContainerPort, Labels, Namespace, Node, Pod, Service, ServiceEndpoint, ServicePort,
    TargetPort,
};
use ironsides_network::profile::Enforcement;
use ironsides_network::{Cluster, Endpoint, Options, Policies, Protocol};
use ironsides_tree::Text;
use serde::Deserialize;
use serde_json::Value;

use crate::objects;

/// A world as it is recorded.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct World {
    #[serde(rename = "world")]
    pub(super) name: String,
    config: Config,
    namespaces: Vec<Named>,
    nodes: Vec<WorldNode>,
    apiserver: Vec<IpAddr>,
    services: Vec<WorldService>,
    cidr_groups: Vec<Group>,
    names: BTreeMap<String, Vec<IpAddr>>,
    pub(super) requests: Vec<Value>,
    pub(super) queries: Vec<String>,
    pods: Vec<WorldPod>,
    pub(super) policies: Vec<Value>,
    /// Why the agent refuses a policy, by its place among them.
    pub(super) refused: BTreeMap<usize, String>,
    pub(super) identities: BTreeMap<String, BTreeMap<IpAddr, Vec<String>>>,
    pub(super) flows: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    enforcement: String,
    host_firewall: bool,
    ipv6: bool,
    #[serde(rename = "policyCIDRMatchMode")]
    match_mode: Vec<String>,
    node_selector_labels: bool,
    allow_localhost: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct WorldNode {
    name: String,
    ip: IpAddr,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct WorldService {
    namespace: String,
    name: String,
    labels: BTreeMap<String, String>,
    selector: BTreeMap<String, String>,
    backends: Vec<IpAddr>,
    port: u16,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    labels: BTreeMap<String, String>,
    #[serde(rename = "externalCIDRs")]
    blocks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WorldPod {
    namespace: String,
    name: String,
    labels: BTreeMap<String, String>,
    #[serde(default)]
    service_account: String,
    ip: IpAddr,
    node: String,
    ports: Vec<WorldPort>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WorldPort {
    name: Option<String>,
    container_port: u16,
    protocol: String,
}

impl World {
    /// What can talk.
    pub(super) fn cluster(&self) -> Result<Cluster> {
        let namespace = |named: &Named| {
            (Text::new(&named.name), Namespace { labels: labels(&named.labels), ..Namespace::default() })
        };
        let node = |node: &WorldNode| Node {
            name: Text::new(&node.name),
            labels: labels(&node.labels),
            addresses: vec![node.ip],
        };
        Ok(Cluster {
            namespaces: self.namespaces.iter().map(namespace).collect(),
            pods: self.pods.iter().map(WorldPod::pod).collect::<Result<_>>()?,
            nodes: self.nodes.iter().map(node).collect(),
            services: self.services.iter().map(WorldService::service).collect(),
            address_groups: self.cidr_groups.iter().map(Group::group).collect::<Result<_>>()?,
            apiserver: self.apiserver.clone(),
            names: self.names.iter().map(|(name, all)| (Text::new(name), all.clone())).collect(),
            names_complete: true,
            ..Cluster::default()
        })
    }

    /// The policies as written.
    pub(super) fn policies(&self) -> Result<Policies> {
        let mut policies = Policies::default();
        for (document, policy) in (0..).zip(&self.policies) {
            if !policies.read(document, &objects::tree(policy)?) {
                bail!("{} is no policy", policy["metadata"]["name"]);
            }
        }
        Ok(policies)
    }

    /// The settings of the agents.
    pub(super) fn options(&self) -> Result<Options> {
        let config = &self.config;
        let enforcement = match config.enforcement.as_str() {
            "default" => Enforcement::Default,
            "always" => Enforcement::Always,
            "never" => Enforcement::Never,
            other => bail!("nobody enforces {other}"),
        };
        let mode = |wanted: &str| config.match_mode.iter().any(|mode| mode == wanted);
        Ok(Options {
            enforcement,
            host_firewall: config.host_firewall,
            dual_stack: config.ipv6,
            blocks_hold_pods: mode("pods"),
            blocks_hold_nodes: mode("nodes"),
            node_selector_labels: config.node_selector_labels,
            allow_local_host: config.allow_localhost == "always",
            as_stored: true,
        })
    }

    /// The number of a node.
    pub(super) fn node(&self, name: &str) -> Option<u32> {
        position(self.nodes.iter().position(|node| node.name == name))
    }

    /// Who is meant by `pod:shop/web`, `node:n1` or `ip:192.0.2.1`.
    pub(super) fn endpoint(&self, text: &str) -> Result<Endpoint> {
        let (kind, name) = text.split_once(':').context("an endpoint has a kind")?;
        let found = match kind {
            "pod" => {
                let is = |pod: &WorldPod| format!("{}/{}", pod.namespace, pod.name) == name;
                position(self.pods.iter().position(is)).map(Endpoint::Pod)
            }
            "node" => self.node(name).map(Endpoint::Node),
            _ => name.parse().ok().map(Endpoint::Address),
        };
        found.with_context(|| format!("there is no {text}"))
    }

    /// Who has an address.
    pub(super) fn holder(&self, address: IpAddr) -> Endpoint {
        let pod = position(self.pods.iter().position(|pod| pod.ip == address)).map(Endpoint::Pod);
        let node = || position(self.nodes.iter().position(|node| node.ip == address)).map(Endpoint::Node);
        pod.or_else(node).unwrap_or(Endpoint::Address(address))
    }
}

fn position(at: Option<usize>) -> Option<u32> {
    at.and_then(|at| u32::try_from(at).ok())
}

fn labels(written: &BTreeMap<String, String>) -> Labels {
    written.iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect()
}

impl WorldPod {
    fn pod(&self) -> Result<Pod> {
        let port = |port: &WorldPort| {
            Ok(ContainerPort {
                name: port.name.as_ref().map(Text::new),
                number: port.container_port,
                protocol: Protocol::named(&port.protocol).context("no protocol")?,
            })
        };
        Ok(Pod {
            namespace: Text::new(&self.namespace),
            name: Text::new(&self.name),
            workload_kind: "Pod".into(),
            workload: Text::new(&self.name),
            labels: labels(&self.labels),
            service_account: Text::new(&self.service_account),
            node: Some(Text::new(&self.node)),
            addresses: vec![self.ip],
            ports: self.ports.iter().map(port).collect::<Result<_>>()?,
            replicas: 1,
            live: true,
            ..Pod::default()
        })
    }
}

impl WorldService {
    fn service(&self) -> Service {
        let port = ServicePort {
            name: None,
            protocol: Protocol::Tcp,
            port: self.port,
            target: TargetPort::Number(self.port),
            node_port: None,
        };
        Service {
            namespace: Text::new(&self.namespace),
            name: Text::new(&self.name),
            labels: labels(&self.labels),
            kind: "ClusterIP".into(),
            selector: (!self.selector.is_empty()).then(|| labels(&self.selector)),
            ports: vec![port],
            endpoints: self.backends.iter().copied().map(ServiceEndpoint::at).collect(),
            ..Service::default()
        }
    }
}

impl Group {
    fn group(&self) -> Result<AddressGroup> {
        let block = |text: &String| {
            ironsides_network::address::block(text).with_context(|| format!("{text} is no block"))
        };
        Ok(AddressGroup {
            kind: "CiliumCIDRGroup".into(),
            name: Text::new(&self.name),
            labels: labels(&self.labels),
            blocks: self.blocks.iter().map(block).collect::<Result<_>>()?,
            ..AddressGroup::default()
        })
    }
}
