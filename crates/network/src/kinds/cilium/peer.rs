//! The peers of a rule.

use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::kinds::cilium::selector::EndpointSelector;
use crate::place::Place;

/// Reads a block with its prefix: nothing may be ahead of a number, and IPv6 has no zone. Bits beyond the prefix are dropped.
pub fn prefix(text: &str) -> Option<IpNet> {
    let (address, prefix) = text.rsplit_once('/')?;
    let plain =
        prefix.bytes().all(|byte| byte.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
    let prefix = prefix.parse().ok().filter(|_| plain)?;
    IpNet::new(address.parse().ok()?, prefix).ok().map(|block| block.trunc())
}

/// Reads an address as the block of it alone.
pub fn address(text: &str) -> Option<IpNet> {
    text.parse::<IpAddr>().ok().map(IpNet::from)
}

/// Everything that a rule says about its peers, `from…` or `to…`. `None` is a list that is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    /// `fromEndpoints`, `toEndpoints`.
    pub endpoints: Option<Vec<EndpointSelector>>,
    /// `fromNodes`, `toNodes`.
    pub nodes: Option<Vec<EndpointSelector>>,
    /// `fromCIDR`, `toCIDR`.
    pub cidr: Option<Vec<Cidr>>,
    /// `fromCIDRSet`, `toCIDRSet`.
    pub cidr_set: Option<Vec<CidrRule>>,
    /// `fromEntities`, `toEntities`.
    pub entities: Option<Vec<Entity>>,
    /// `toServices`.
    pub services: Option<Vec<ServiceReference>>,
    /// `toFQDNs`; deny rules have none.
    pub fqdns: Option<Vec<FqdnSelector>>,
    /// `fromGroups`, `toGroups`.
    pub groups: Option<Vec<Group>>,
    /// `fromRequires`, `toRequires`: without effect since 1.19.
    pub requires: Option<Vec<Text>>,
}

/// A block of addresses, or one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cidr {
    /// Where it is written.
    pub place: Place,
    /// As written.
    pub text: Text,
    /// The block, without bits beyond its prefix; `None` where the agent cannot read it.
    pub block: Option<IpNet>,
}

/// One item of `fromCIDRSet` or `toCIDRSet`. Exactly one of the first three is set in a policy that the agent takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CidrRule {
    /// Where it is written.
    pub place: Place,
    /// `cidr`; `None` where absent or empty.
    pub cidr: Option<Cidr>,
    /// `cidrGroupRef`: the name of a CiliumCIDRGroup; empty where absent.
    pub group: Text,
    /// `cidrGroupSelector`: groups by their labels. Keys are plain: they have no source.
    pub group_selector: Option<EndpointSelector>,
    /// `except`.
    pub except: Vec<Cidr>,
}

/// A word for a class of peers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// `all`: everyone.
    All,
    /// `world`: outside the cluster.
    World,
    /// `world-ipv4`.
    WorldIpv4,
    /// `world-ipv6`.
    WorldIpv6,
    /// `cluster`: everything of this cluster.
    Cluster,
    /// `cluster-mesh`: everything of all clusters of the mesh.
    ClusterMesh,
    /// `host`: the own node.
    Host,
    /// `remote-node`: other nodes.
    RemoteNode,
    /// `kube-apiserver`.
    KubeApiserver,
    /// `init`: pods whose labels are not known yet.
    Init,
    /// `ingress`: Cilium's own ingress.
    Ingress,
    /// `health`: Cilium's health checks.
    Health,
    /// `unmanaged`: pods that Cilium does not manage.
    Unmanaged,
    /// `none`: nobody.
    None,
    /// Another word; the agent refuses it.
    Unknown(Text),
}

impl Entity {
    /// All entities with their words.
    pub const WORDS: [(&'static str, Self); 14] = [
        ("all", Self::All),
        ("world", Self::World),
        ("world-ipv4", Self::WorldIpv4),
        ("world-ipv6", Self::WorldIpv6),
        ("cluster", Self::Cluster),
        ("cluster-mesh", Self::ClusterMesh),
        ("host", Self::Host),
        ("remote-node", Self::RemoteNode),
        ("kube-apiserver", Self::KubeApiserver),
        ("init", Self::Init),
        ("ingress", Self::Ingress),
        ("health", Self::Health),
        ("unmanaged", Self::Unmanaged),
        ("none", Self::None),
    ];

    /// The entity of a word, in exactly its case.
    pub fn named(word: &str) -> Self {
        let known = Self::WORDS.into_iter().find(|(name, _)| *name == word);
        known.map_or_else(|| Self::Unknown(Text::new(word)), |(_, entity)| entity)
    }

    /// Its word.
    pub fn word(&self) -> &str {
        match self {
            Self::Unknown(word) => word,
            known => Self::WORDS.iter().find(|(_, entity)| entity == known).map_or("", |(word, _)| word),
        }
    }
}

/// One item of `toServices`. Where both parts are set, both must hold; where neither is, every service is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceReference {
    /// Where it is written.
    pub place: Place,
    /// `k8sService`: name and namespace, both empty where absent.
    pub named: Option<(Text, Text)>,
    /// `k8sServiceSelector`: the selector (`None` where absent) over the labels of services, and the namespace, empty for all.
    /// Keys are plain: they have no source.
    pub selected: Option<(Option<EndpointSelector>, Text)>,
}

/// One item of `toFQDNs`, or a rule on DNS names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FqdnSelector {
    /// Where it is written.
    pub place: Place,
    /// `matchName`; empty where absent.
    pub name: Text,
    /// `matchPattern`; empty where absent.
    pub pattern: Text,
}

/// One item of `fromGroups` or `toGroups`: addresses that a cloud knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Where it is written.
    pub place: Place,
    /// `aws.labels`.
    pub labels: Vec<(Text, Text)>,
    /// `aws.securityGroupsIds`.
    pub ids: Vec<Text>,
    /// `aws.securityGroupsNames`.
    pub names: Vec<Text>,
    /// `aws.region`; empty where absent.
    pub region: Text,
    /// Whether `aws` is written at all.
    pub aws: bool,
}
