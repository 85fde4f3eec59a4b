//! What can talk, as it was read.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

mod alias;
mod backing;
mod endpoints;
mod entrances;
mod groups;
mod pods;
mod read;
mod services;

use ipnet::IpNet;
use ironsides_tree::Text;

pub use self::pods::has_ended;

use crate::place::Place;
use crate::port::Protocol;

pub use alias::Alias;
pub use backing::Behind;

/// The labels of an object.
pub type Labels = BTreeMap<Text, Text>;

/// What can talk, as it was read: before any plug-in looks at it.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// By name. Namespaces that objects are in and nobody declared are here too, with the label that the API server adds.
    pub namespaces: BTreeMap<Text, Namespace>,
    /// Pods, and templates of workloads: one entry stands for all replicas.
    pub pods: Vec<Pod>,
    /// Pods and Jobs that have come to their end: they talk no more, and logs still name them.
    pub finished: Vec<Pod>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Services with their backends.
    pub services: Vec<Service>,
    /// Ways in from outside: Ingress, Gateway API routes, OpenShift routes.
    pub entrances: Vec<Entrance>,
    /// Gateways, through which routes lead.
    pub gateways: Vec<Gateway>,
    /// Named groups of blocks: CiliumCIDRGroup, Calico's NetworkSet and GlobalNetworkSet.
    pub address_groups: Vec<AddressGroup>,
    /// The addresses at which the API server is reached.
    pub apiserver: Vec<IpAddr>,
    /// Names that were looked up and the addresses that they gave, as a DNS proxy saw them.
    pub names: BTreeMap<Text, Vec<IpAddr>>,
    /// Whether [`Cluster::names`] are all that were looked up, so that a name which is not among them has no address.
    pub names_complete: bool,
}

/// A namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its labels, `kubernetes.io/metadata.name` among them.
    pub labels: Labels,
    /// Where it is declared; `None` where it is only named by what is in it.
    pub place: Option<Place>,
}

/// A pod, or what stands for the pods of a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pod {
    /// Its namespace.
    pub namespace: Text,
    /// Its own name; that of the workload where no pod has been made yet.
    pub name: Text,
    /// The kind of the workload at the top: `Deployment`, `StatefulSet`, …, `Pod` for pods of their own.
    pub workload_kind: Text,
    /// The name of that workload.
    pub workload: Text,
    /// What makes the pod itself, where that is another thing than the workload at the top: the ReplicaSet of a Deployment.
    pub owner: Option<Owner>,
    /// Its labels.
    pub labels: Labels,
    /// The service account that it runs as.
    pub service_account: Text,
    /// The node that it is on, if it is on one.
    pub node: Option<Text>,
    /// Its addresses, if it has any yet.
    pub addresses: Vec<IpAddr>,
    /// Whether it uses the network of its node: then it has no network identity of its own.
    pub host_network: bool,
    /// The ports that its containers (sidecars among them) declare.
    pub ports: Vec<ContainerPort>,
    /// Ports of the node that lead to ports of the pod.
    pub host_ports: Vec<HostPort>,
    /// How many of these run, or are asked for; 1 for a pod.
    pub replicas: u32,
    /// Whether it runs, as far as what was read tells; otherwise it stands for the pods that a workload will make.
    pub live: bool,
    /// Where it is written.
    pub place: Place,
}

/// What a pod names as its controller.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// `ReplicaSet`, `Job`, …; empty where none is written.
    pub kind: Text,
    /// Its name.
    pub name: Text,
}

/// A port of the node that leads to one of a pod (`hostPort`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The protocol; TCP where none is written.
    pub protocol: Protocol,
    /// The port of the node.
    pub host: u16,
    /// The port of the pod.
    pub number: u16,
}

/// A port that a container declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerPort {
    /// Its name, if it has one.
    pub name: Option<Text>,
    /// The number.
    pub number: u16,
    /// The protocol; TCP where none is written.
    pub protocol: Protocol,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: Text,
    /// Its labels.
    pub labels: Labels,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// Its labels.
    pub labels: Labels,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`; ClusterIP where none is written.
    pub kind: Text,
    /// Which pods serve it; `None` where nothing is selected and endpoints are written down.
    pub selector: Option<Labels>,
    /// The name that it stands for (type `ExternalName`), without a dot at the end. Nothing else of it counts then.
    pub external_name: Option<Text>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Whether it has no address of its own (`clusterIP: None`): its name gives the addresses of the pods.
    pub headless: bool,
    /// Its own addresses (cluster, external, load balancer).
    pub addresses: Vec<IpAddr>,
    /// Those of its addresses at which it is reached from outside (`externalIPs`, load balancer).
    pub external: Vec<IpAddr>,
    /// Whether what comes in through a node or a load balancer goes only to pods on that node and keeps the address of
    /// whoever sent it (`externalTrafficPolicy: Local`).
    pub external_local: bool,
    /// Whether its load balancer is one for private networks, as an annotation for the cloud's controller says.
    pub internal: bool,
    /// Who may come in through the load balancer (`loadBalancerSourceRanges`); empty: everyone.
    pub source_ranges: Vec<IpNet>,
    /// What is written down behind it, in EndpointSlices or Endpoints; of a service with a selector only what others than
    /// Kubernetes itself have written. By address, then by ports.
    pub endpoints: Vec<ServiceEndpoint>,
    /// Where it is written.
    pub place: Place,
}

/// An address behind a service, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceEndpoint {
    /// The address.
    pub address: IpAddr,
    /// The ports at which it serves.
    pub ports: Arc<[EndpointPort]>,
    /// The namespace and the name of the pod that it is said to be.
    pub pod: Option<(Text, Text)>,
}

/// A port at which an endpoint of a service serves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointPort {
    /// The name of the port of the service that leads there; empty where that has none.
    pub name: Text,
    /// The protocol; TCP where none is written.
    pub protocol: Protocol,
    /// The number; `None`: whichever is asked for.
    pub number: Option<u16>,
}

/// A port of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name, if it has one.
    pub name: Option<Text>,
    /// The protocol; TCP where none is written.
    pub protocol: Protocol,
    /// At which the service is reached.
    pub port: u16,
    /// Where it goes in the pod.
    pub target: TargetPort,
    /// The port of every node that leads to it, where one is known.
    pub node_port: Option<u16>,
}

/// A port of a pod that a service names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetPort {
    /// By number.
    Number(u16),
    /// By the name that the pod gives it.
    Name(Text),
}

/// A way in from outside to services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entrance {
    /// `Ingress`, `HTTPRoute`, `GRPCRoute`, `TCPRoute`, `TLSRoute`, `UDPRoute`, `Route`.
    pub kind: Text,
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// The names of hosts that it answers for; empty: whatever its way in takes.
    pub hosts: Vec<Text>,
    /// The way in: the class of an Ingress, the Gateways of a route as `namespace/name`. Empty where none is named.
    pub through: Vec<Text>,
    /// The services that it leads to, each once.
    pub backends: Vec<Backend>,
    /// Where it is written.
    pub place: Place,
}

/// A service that an entrance leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// The namespace of the service.
    pub namespace: Text,
    /// The name of the service.
    pub service: Text,
    /// Which of its ports; `None`: all of them.
    pub port: Option<TargetPort>,
    /// Where it is written.
    pub place: Place,
}

/// A Gateway of the Gateway API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gateway {
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// Its class.
    pub class: Text,
    /// Its addresses, asked for or given.
    pub addresses: Vec<IpAddr>,
    /// Where it is written.
    pub place: Place,
}

/// A named group of blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressGroup {
    /// `CiliumCIDRGroup`, `GlobalNetworkSet`, `NetworkSet`.
    pub kind: Text,
    /// For kinds that are in one.
    pub namespace: Option<Text>,
    /// Its name.
    pub name: Text,
    /// Its labels.
    pub labels: Labels,
    /// Its blocks.
    pub blocks: Vec<IpNet>,
    /// Where it is written.
    pub place: Place,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// A place in [`Cluster::pods`].
    Pod(u32),
    /// A place in [`Cluster::nodes`].
    Node(u32),
    /// An address outside the cluster.
    Address(IpAddr),
}
