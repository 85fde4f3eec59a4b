//! Who the ends of observed flows are in a cluster.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::cluster::{Alias, Cluster, Endpoint, Labels, Pod, Service, ServicePort};
use crate::flow::{Observed, ObservedFlow, Talker, TalkerKind};
use crate::generate::labels::is_stable;
use crate::port::Traffic;

/// Observed flows with their ends found in a cluster.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The cluster, with what the flows tell beyond it: pods that nobody declared, names and their addresses.
    pub cluster: Cluster,
    /// The flows, in the order in which they were observed; those to a service once for each of its ports in pods.
    pub flows: Vec<ResolvedFlow>,
    /// The pods that only the flows know: places in [`Cluster::pods`].
    pub unknown: Vec<u32>,
    /// The pods that have come to their end and were seen before: places in [`Cluster::pods`].
    pub ended: Vec<u32>,
    /// Flows whose ends could not be found, by their places in [`Observed::flows`], and why.
    pub lost: Vec<(u32, String)>,
}

/// An observed flow with its ends found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedFlow {
    /// Its place in [`Observed::flows`].
    pub flow: u32,
    /// Who opened it.
    pub from: Who,
    /// To whom.
    pub to: Who,
    /// The traffic, after translation by services.
    pub traffic: Traffic,
}

/// One end of a flow in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Pods that are meant alike: one of them, or all that stand for a workload. Places in [`Cluster::pods`].
    Pods(Vec<u32>),
    /// A node: its place in [`Cluster::nodes`], or its address where it is not known there.
    Node(Option<u32>, Option<IpAddr>),
    /// The node on which the pod at the other end is: its place in [`Cluster::nodes`], and its address.
    OwnNode(Option<u32>, Option<IpAddr>),
    /// The API server.
    ApiServer,
    /// The plug-in's own proxy for Ingress and Gateway API.
    Ingress,
    /// An address outside the cluster.
    Address(IpAddr),
    /// A name outside the cluster whose address nobody told.
    Name(Text),
    /// Public networks.
    Public,
    /// Private networks.
    Private,
}

impl Who {
    /// The ends by which the flow can be asked about; none where no address is known.
    pub fn endpoints(&self, cluster: &Cluster) -> Vec<Endpoint> {
        match self {
            Self::Pods(pods) => pods.iter().map(|&pod| Endpoint::Pod(pod)).collect(),
            Self::Node(Some(node), _) | Self::OwnNode(Some(node), _) => vec![Endpoint::Node(*node)],
            Self::Node(None, Some(address)) | Self::OwnNode(None, Some(address)) | Self::Address(address) => {
                vec![Endpoint::Address(*address)]
            }
            Self::ApiServer => cluster.apiserver.iter().copied().map(|at| endpoint_at(cluster, at)).collect(),
            Self::Name(name) => {
                cluster.names.get(name).into_iter().flatten().copied().map(Endpoint::Address).collect()
            }
            Self::Node(None, None)
            | Self::OwnNode(None, None)
            | Self::Ingress
            | Self::Public
            | Self::Private => Vec::new(),
        }
    }
}

/// The API server is reached at the addresses of nodes, or outside.
fn endpoint_at(cluster: &Cluster, address: IpAddr) -> Endpoint {
    let node = cluster.nodes.iter().position(|node| node.addresses.contains(&address));
    node.and_then(|at| u32::try_from(at).ok()).map_or(Endpoint::Address(address), Endpoint::Node)
}

/// Finds the ends of observed flows in a cluster.
pub fn resolve(cluster: &Cluster, observed: &Observed) -> Resolved {
    let mut resolver = Resolver::new(cluster.clone());
    for (address, names) in &observed.names {
        for name in names {
            let known = resolver.cluster.names.entry(name.clone()).or_default();
            if !known.contains(address) {
                known.push(*address);
                known.sort_unstable();
            }
        }
    }
    let mut flows = Vec::new();
    let mut lost = Vec::new();
    for (at, flow) in (0..).zip(&observed.flows) {
        match resolver.flow(at, flow) {
            Ok(found) => flows.extend(found),
            Err(why) => lost.push((at, why)),
        }
    }
    let Resolver { cluster, unknown, ended, .. } = resolver;
    Resolved { cluster, flows, unknown, ended, lost }
}

struct Resolver {
    cluster: Cluster,
    by_address: FxHashMap<IpAddr, Found>,
    by_name: FxHashMap<(Text, Text), u32>,
    by_workload: BTreeMap<(Text, Text), Vec<u32>>,
    /// Those that have come to their end, by namespace: places in [`Cluster::finished`].
    finished: BTreeMap<Text, Vec<u32>>,
    known: FxHashMap<Talker, Result<Who, String>>,
    unknown: Vec<u32>,
    ended: Vec<u32>,
}

#[derive(Clone, Copy)]
enum Found {
    Pod(u32),
    /// A place in [`Cluster::finished`].
    Finished(u32),
    Node(u32),
    Service(u32),
    ApiServer,
}

impl Resolver {
    fn new(cluster: Cluster) -> Self {
        let mut resolver = Self {
            cluster: Cluster::default(),
            by_address: FxHashMap::default(),
            by_name: FxHashMap::default(),
            by_workload: BTreeMap::new(),
            finished: BTreeMap::new(),
            known: FxHashMap::default(),
            unknown: Vec::new(),
            ended: Vec::new(),
        };
        // Addresses are given again: who has one now comes after who had it.
        for (at, pod) in (0..).zip(&cluster.finished) {
            resolver.finished.entry(pod.namespace.clone()).or_default().push(at);
            let own = pod.addresses.iter().filter(|_| !pod.host_network);
            resolver.by_address.extend(own.map(|address| (*address, Found::Finished(at))));
        }
        for (at, pod) in (0..).zip(&cluster.pods) {
            // Pods on the network of their node have its addresses.
            let own = pod.addresses.iter().filter(|_| !pod.host_network);
            resolver.by_address.extend(own.map(|address| (*address, Found::Pod(at))));
            resolver.index(at, pod);
        }
        for (at, service) in (0..).zip(&cluster.services) {
            let own = service.addresses.iter();
            resolver.by_address.extend(own.map(|address| (*address, Found::Service(at))));
        }
        for (at, node) in (0..).zip(&cluster.nodes) {
            resolver.by_address.extend(node.addresses.iter().map(|address| (*address, Found::Node(at))));
        }
        // An address of the API server says more than that it is a node's.
        let servers = cluster.services.iter().filter(|service| is_apiserver(service));
        let servers = servers.flat_map(|service| service.addresses.iter().copied().chain(service.backends()));
        for address in cluster.apiserver.iter().copied().chain(servers) {
            resolver.by_address.insert(address, Found::ApiServer);
        }
        resolver.cluster = cluster;
        resolver
    }

    fn index(&mut self, at: u32, pod: &Pod) {
        // What stands for a workload has its name, and is found by that.
        if pod.live || pod.workload_kind == "Pod" {
            self.by_name.insert((pod.namespace.clone(), pod.name.clone()), at);
        }
        let workload = if pod.workload.is_empty() { &pod.name } else { &pod.workload };
        self.by_workload.entry((pod.namespace.clone(), workload.clone())).or_default().push(at);
    }

    fn flow(&mut self, at: u32, flow: &ObservedFlow) -> Result<Vec<ResolvedFlow>, String> {
        let from = self.who(&flow.from)?;
        if let Some(service) = self.service(&flow.to) {
            return Ok(self
                .behind(service, flow.traffic)?
                .into_iter()
                .map(|(to, traffic)| ResolvedFlow { flow: at, from: from.clone(), to, traffic })
                .collect());
        }
        let to = self.who(&flow.to)?;
        Ok(vec![ResolvedFlow { flow: at, from, to, traffic: flow.traffic }])
    }

    /// The service that a flow was opened to, where the log has it so.
    fn service(&self, talker: &Talker) -> Option<u32> {
        if talker.kind == TalkerKind::Service && !talker.name.is_empty() {
            let place = self.cluster.services.iter().position(|service| {
                service.name == talker.name
                    && (talker.namespace.is_empty() || service.namespace == talker.namespace)
            });
            return place.and_then(|at| u32::try_from(at).ok());
        }
        match self.by_address.get(&talker.address?)? {
            Found::Service(at) => Some(*at),
            _ => None,
        }
    }

    /// The pods behind a port of a service, with the port on which they listen.
    fn behind(&self, service: u32, traffic: Traffic) -> Result<Vec<(Who, Traffic)>, String> {
        let Some(service) = self.cluster.services.get(service as usize) else { return Ok(Vec::new()) };
        let found = behind(&self.cluster, service, traffic);
        if !found.is_empty() {
            return Ok(found);
        }
        let name = format!("service {}/{}", service.namespace, service.name);
        let is_port = |port: &ServicePort| port.protocol == traffic.protocol && port.port == traffic.port;
        if service.ports.iter().any(is_port) {
            Err(format!("nobody is behind this port of {name}"))
        } else {
            Err(format!("{name} has no port {} {}", traffic.protocol, traffic.port))
        }
    }

    fn who(&mut self, talker: &Talker) -> Result<Who, String> {
        if let Some(known) = self.known.get(talker) {
            return known.clone();
        }
        let who = self.find(talker);
        self.known.insert(talker.clone(), who.clone());
        who
    }

    fn find(&mut self, talker: &Talker) -> Result<Who, String> {
        let at = talker.address.and_then(|address| self.by_address.get(&address).copied());
        match (talker.kind, at, talker.address) {
            (TalkerKind::Pod, ..) => Ok(Who::Pods(self.pods(talker))),
            (TalkerKind::ApiServer, ..) => Ok(Who::ApiServer),
            (TalkerKind::Ingress, ..) => Ok(Who::Ingress),
            (TalkerKind::Node | TalkerKind::OwnNode, _, address) => {
                let named = |node: &crate::cluster::Node| {
                    node.name == talker.name
                        || address.is_some_and(|address| node.addresses.contains(&address))
                };
                let node = self.cluster.nodes.iter().position(named).and_then(|at| u32::try_from(at).ok());
                match (node, at) {
                    (None, Some(Found::ApiServer)) => Ok(Who::ApiServer),
                    _ if talker.kind == TalkerKind::OwnNode => Ok(Who::OwnNode(node, address)),
                    _ => Ok(Who::Node(node, address)),
                }
            }
            (TalkerKind::Private, ..) if talker.address.is_none() => Ok(Who::Private),
            (_, Some(Found::Pod(at)), _) => Ok(Who::Pods(vec![at])),
            (_, Some(Found::Finished(at)), _) => Ok(Who::Pods(self.revive(at))),
            (_, Some(Found::Node(at)), address) => Ok(Who::Node(Some(at), address)),
            (_, Some(Found::ApiServer), _) => Ok(Who::ApiServer),
            // A service opens nothing; what seems to come from it comes from behind it.
            (_, Some(Found::Service(_)), _) => Err(format!("{talker} is a service and opens no connections")),
            (TalkerKind::Service, None, _) => {
                Err(format!("{talker} is not among the services that were read"))
            }
            (TalkerKind::Unknown, None, Some(address)) if address.is_loopback() => {
                Err(format!("{address} never leaves its pod"))
            }
            (TalkerKind::Outside | TalkerKind::Unknown | TalkerKind::Private, None, Some(address)) => {
                Ok(Who::Address(address))
            }
            (TalkerKind::Outside, None, None) if talker.name.is_empty() => Ok(Who::Public),
            (TalkerKind::Outside, None, None) => Ok(Who::Name(talker.name.clone())),
            (TalkerKind::Unknown | TalkerKind::Private, None, None) => {
                Err("the log says nothing of one of its ends".to_owned())
            }
        }
    }

    /// The pods that a log means: by their name, their workload, how pods of workloads are named, or their labels. Those that
    /// nobody declared are taken as the log has them.
    fn pods(&mut self, talker: &Talker) -> Vec<u32> {
        let namespace = &talker.namespace;
        if !talker.name.is_empty()
            && let Some(&at) = self.by_name.get(&(namespace.clone(), talker.name.clone()))
        {
            return if self.is_unknown(at) { self.unknown_pods(talker, vec![at]) } else { vec![at] };
        }
        if let Some(pods) = self.of_workload(talker) {
            return self.unknown_pods(talker, pods);
        }
        if let Some(at) = self.finished_pod(talker) {
            return self.revive(at);
        }
        // The labels of whoever they fit best; those whose labels are the same cannot be told apart.
        let fitting = |pod: &Pod| -> Option<usize> {
            let mut stable = pod.labels.iter().filter(|(key, _)| is_stable(key));
            let fits = stable.all(|(key, value)| talker.labels.get(key) == Some(value));
            let count = pod.labels.keys().filter(|key| is_stable(key)).count();
            (fits && count > 0).then_some(count)
        };
        let mut best: (usize, Vec<u32>) = (0, Vec::new());
        for (_, pods) in self.of_namespace(namespace) {
            let fitting: Option<Vec<usize>> =
                pods.iter().map(|&at| self.cluster.pods.get(at as usize).and_then(fitting)).collect();
            match fitting.and_then(|counts| counts.into_iter().min()) {
                Some(count) if count > best.0 => best = (count, pods.clone()),
                Some(count) if count == best.0 => best.1.extend(pods),
                _ => {}
            }
        }
        if !best.1.is_empty() {
            return best.1;
        }
        vec![self.declare(talker)]
    }

    /// The pods of the workload that a log names, or whose pods are named as the log has it. Workloads of several kinds may
    /// have one name.
    fn of_workload(&self, talker: &Talker) -> Option<Vec<u32>> {
        let namespace = &talker.namespace;
        let kind_of =
            |at: &u32| self.cluster.pods.get(*at as usize).map_or("", |pod| pod.workload_kind.as_str());
        let (kind, workload) = &talker.workload;
        for name in [workload, &talker.name].into_iter().filter(|name| !name.is_empty()) {
            let Some(pods) = self.by_workload.get(&(namespace.clone(), name.clone())) else { continue };
            let named = name == workload;
            let of_kind: Vec<u32> =
                pods.iter().copied().filter(|at| named && kind_of(at) == kind.as_str()).collect();
            if !of_kind.is_empty() {
                return Some(of_kind);
            }
            let by_pod = if named { self.likely(&talker.name, workload, pods) } else { Vec::new() };
            return Some(if by_pod.is_empty() { pods.clone() } else { by_pod });
        }
        // A log that names the workload at the top means that one, and no other whose pods could be called so.
        let is_top = !matches!(kind.as_str(), "" | "Pod" | "ReplicaSet" | "Job");
        if is_top && !workload.is_empty() {
            return None;
        }
        // The longest name that fits is meant: `cart-redis-5d9c-x` is of cart-redis and not of cart.
        let mut best: Option<(&Text, Vec<u32>)> = None;
        for name in [workload, &talker.name].into_iter().filter(|name| !name.is_empty()) {
            for ((_, workload), pods) in self.of_namespace(namespace) {
                if best.as_ref().is_some_and(|(known, _)| known.len() >= workload.len()) {
                    continue;
                }
                let pods = self.likely(name, workload, pods);
                if !pods.is_empty() {
                    best = Some((workload, pods));
                }
            }
        }
        best.map(|(_, pods)| pods)
    }

    /// The pods of a workload of which a name is: of kinds that share the workload's name, those that name their pods so.
    fn likely(&self, name: &str, workload: &str, pods: &[u32]) -> Vec<u32> {
        let kind_of =
            |at: u32| self.cluster.pods.get(at as usize).map_or("", |pod| pod.workload_kind.as_str());
        // What logs alone know is called as its pods suggest: others whose names begin alike are others.
        let fits = |at: &u32| {
            is_pod_of(name, kind_of(*at), workload) && (!self.is_unknown(*at) || base(name) == workload)
        };
        let fitting: Vec<u32> = pods.iter().copied().filter(fits).collect();
        // A Deployment's pods have the hash of their ReplicaSet before their own: with less, another kind is more likely.
        let sure = |at: &u32| {
            let rest = name.strip_prefix(workload).unwrap_or_default();
            kind_of(*at) != "Deployment" || name.ends_with('*') || rest.matches('-').count() > 1
        };
        let certain: Vec<u32> = fitting.iter().copied().filter(sure).collect();
        if certain.is_empty() { fitting } else { certain }
    }

    /// What has come to its end and is named by a log: a pod, or a Job whose pods are gone.
    fn finished_pod(&self, talker: &Talker) -> Option<u32> {
        let of = self.finished.get(&talker.namespace)?;
        let pod = |at: &u32| self.cluster.finished.get(*at as usize);
        let by_name = |at: &&u32| pod(at).is_some_and(|pod| pod.live && pod.name == talker.name);
        let by_workload = |at: &&u32| {
            pod(at).is_some_and(|pod| {
                (!talker.workload.1.is_empty() && pod.workload == talker.workload.1)
                    || pod.workload == talker.name
                    || is_pod_of(&talker.name, &pod.workload_kind, &pod.workload)
            })
        };
        let named = of.iter().find(by_name).filter(|_| !talker.name.is_empty());
        named.or_else(|| of.iter().find(by_workload)).copied()
    }

    /// What has come to its end, as a pod like those that will run the next time; where its workload is there, that.
    fn revive(&mut self, finished: u32) -> Vec<u32> {
        let Some(pod) = self.cluster.finished.get(finished as usize).cloned() else { return Vec::new() };
        let pods = self.by_workload.get(&(pod.namespace.clone(), pod.workload.clone()));
        let same: Vec<u32> = pods
            .into_iter()
            .flatten()
            .copied()
            .filter(|&at| {
                self.cluster.pods.get(at as usize).is_some_and(|own| own.workload_kind == pod.workload_kind)
            })
            .collect();
        let is_new = |at: &u32| {
            let own = self.cluster.pods.get(*at as usize);
            own.is_none_or(|own| !stable(&own.labels).eq(stable(&pod.labels)))
        };
        let was_ended = same.iter().any(|at| self.ended.binary_search(at).is_ok());
        if !same.is_empty() && (!was_ended || !same.iter().all(is_new)) {
            return same;
        }
        // Its address may be another's by now.
        let at = self.add(Pod { addresses: Vec::new(), node: None, replicas: 1, ..pod });
        self.ended.push(at);
        same.into_iter().chain([at]).collect()
    }

    /// Whether only logs know a pod. They are added one after the other, so the list is sorted.
    fn is_unknown(&self, at: u32) -> bool {
        self.unknown.binary_search(&at).is_ok()
    }

    /// Pods that only logs know: their labels are what all of them say.
    fn unknown_pods(&mut self, talker: &Talker, pods: Vec<u32>) -> Vec<u32> {
        if !pods.iter().all(|&at| self.is_unknown(at)) || stable(&talker.labels).next().is_none() {
            return pods;
        }
        let alike = |at: &u32| {
            let own = self.cluster.pods.get(*at as usize);
            own.is_some_and(|own| stable(&own.labels).eq(stable(&talker.labels)))
        };
        if pods.iter().any(alike) {
            return pods;
        }
        let silent = |at: &&u32| {
            self.cluster.pods.get(**at as usize).is_some_and(|own| stable(&own.labels).next().is_none())
        };
        if let Some(&at) = pods.iter().find(silent) {
            if let Some(own) = self.cluster.pods.get_mut(at as usize) {
                own.labels = talker.labels.clone();
            }
            return pods;
        }
        let like =
            pods.first().and_then(|&at| self.cluster.pods.get(at as usize)).cloned().unwrap_or_default();
        let at = self.add(Pod { labels: talker.labels.clone(), ..like });
        self.unknown.push(at);
        pods.into_iter().chain([at]).collect()
    }

    fn of_namespace(&self, namespace: &Text) -> impl Iterator<Item = (&(Text, Text), &Vec<u32>)> {
        let first = (namespace.clone(), Text::default());
        self.by_workload.range(first..).take_while(move |((of, _), _)| of == namespace)
    }

    /// Adds a pod that only the log knows.
    fn declare(&mut self, talker: &Talker) -> u32 {
        let (kind, workload) = &talker.workload;
        let label =
            ["app.kubernetes.io/name", "app", "k8s-app"].iter().find_map(|key| talker.labels.get(*key));
        let workload = match (workload.is_empty(), talker.name.is_empty()) {
            (false, _) => workload.clone(),
            (true, false) => Text::new(base(&talker.name)),
            // Of some the log tells the labels alone.
            (true, true) => label.cloned().unwrap_or(Text::new_static("unnamed")),
        };
        let pod = Pod {
            namespace: talker.namespace.clone(),
            name: workload.clone(),
            workload_kind: if kind.is_empty() { Text::new_static("Pod") } else { kind.clone() },
            workload,
            labels: talker.labels.clone(),
            replicas: 1,
            ..Pod::default()
        };
        let at = self.add(pod);
        self.unknown.push(at);
        at
    }

    fn add(&mut self, pod: Pod) -> u32 {
        let at = u32::try_from(self.cluster.pods.len()).unwrap_or(u32::MAX);
        self.index(at, &pod);
        self.cluster.add_namespace(&pod.namespace);
        self.cluster.pods.push(pod);
        at
    }
}

/// The labels that stay.
fn stable(labels: &Labels) -> impl Iterator<Item = (&Text, &Text)> {
    labels.iter().filter(|(key, _)| is_stable(key))
}

/// Who is behind a port of a service, with the traffic that comes to them; nobody where it has no such port, or no backends.
pub(crate) fn behind(cluster: &Cluster, service: &Service, traffic: Traffic) -> Vec<(Who, Traffic)> {
    match cluster.alias(service) {
        None => {}
        Some(Alias::Outside(name)) => return vec![(Who::Name(name.clone()), traffic)],
        Some(Alias::Service(at, _)) => {
            let service = cluster.services.get(at as usize);
            return service.map_or_else(Vec::new, |service| behind(cluster, service, traffic));
        }
        Some(Alias::Missing(..) | Alias::Loop) => return Vec::new(),
    }
    let is = |port: &&ServicePort| port.protocol == traffic.protocol && port.port == traffic.port;
    let port = service.ports.iter().find(is);
    if is_apiserver(service) {
        // Its endpoints, and policies, have the port of the servers themselves.
        let own = |port| cluster.behind(service).iter().find_map(|behind| cluster.served(behind, port));
        let number = port.and_then(own).unwrap_or(traffic.port);
        return vec![(Who::ApiServer, Traffic { port: number, ..traffic })];
    }
    let mut by_port: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
    let mut others: Vec<(Who, Traffic)> = Vec::new();
    for behind in cluster.behind(service) {
        // The name of a headless service gives the addresses of what is behind it: nobody translates ports.
        let number = match port {
            _ if service.headless => Some(traffic.port),
            Some(port) => cluster.served(&behind, port),
            None => None,
        };
        let Some(number) = number else { continue };
        let who = match behind.who {
            Endpoint::Pod(at) => {
                let pods = by_port.entry(number).or_default();
                if !pods.contains(&at) {
                    pods.push(at);
                }
                continue;
            }
            Endpoint::Node(at) => Who::Node(Some(at), behind.written.map(|endpoint| endpoint.address)),
            Endpoint::Address(address) => Who::Address(address),
        };
        let one = (who, Traffic { port: number, ..traffic });
        if !others.contains(&one) {
            others.push(one);
        }
    }
    let pods = by_port.into_iter().map(|(port, pods)| (Who::Pods(pods), Traffic { port, ..traffic }));
    pods.chain(others).collect()
}

/// The service by which pods call the API server.
pub(crate) fn is_apiserver(service: &Service) -> bool {
    service.namespace == "default" && service.name == "kubernetes"
}

/// Whether a pod's name, or the beginning of one with a `*`, is one that a workload gives. A ReplicaSet has a hash in
/// its name and adds five random characters for each pod, a StatefulSet adds a number, a CronJob a time.
fn is_pod_of(name: &str, kind: &str, workload: &str) -> bool {
    let general = name.strip_suffix('*').map(|name| name.strip_suffix('-').unwrap_or(name));
    let Some(rest) = general.unwrap_or(name).strip_prefix(workload) else { return false };
    let Some(rest) = rest.strip_prefix('-') else { return rest.is_empty() && general.is_some() };
    let parts: Vec<&str> = rest.split('-').collect();
    let plain =
        |part: &&str| !part.is_empty() && part.len() <= 10 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        "StatefulSet" => parts.len() == 1 && parts.iter().all(number),
        "DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController" => {
            parts.len() == 1 && parts.iter().all(plain)
        }
        "CronJob" => parts.len() <= 2 && parts.first().is_some_and(number),
        "Pod" => false,
        _ => parts.len() <= 2 && parts.iter().all(plain),
    }
}

/// A pod's name without what its workload added, as far as it looks like that.
fn base(name: &str) -> &str {
    let name = name.strip_suffix('*').unwrap_or(name);
    let name = name.strip_suffix('-').unwrap_or(name);
    // Kubernetes draws from characters that make no words: no vowels, no 0, 1 and 3.
    let drawn = |part: &str| part.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte));
    let hash = |part: &str| (6..=10).contains(&part.len()) && part.bytes().any(|b| b.is_ascii_digit());
    match name.rsplit_once('-') {
        Some((rest, last)) if last.len() == 5 && drawn(last) => match rest.rsplit_once('-') {
            Some((workload, part)) if hash(part) => workload,
            _ => rest,
        },
        Some((rest, last)) if hash(last) && last.bytes().all(|byte| byte.is_ascii_alphanumeric()) => rest,
        Some((rest, last)) if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pods_lead_to_their_workload() {
        let table = [
            ("cart-7d98456675-2mcs4", "Deployment", "cart", true),
            ("cart-redis-7d98456675-2mcs4", "Deployment", "cart", false),
            ("cart-redis-7d98456675-2mcs4", "Deployment", "cart-redis", true),
            ("postgres-0", "StatefulSet", "postgres", true),
            ("postgres-exporter", "StatefulSet", "postgres", false),
            ("agent-x7k2p", "DaemonSet", "agent", true),
            ("report-28490135-x7k2p", "CronJob", "report", true),
            ("report-28490135", "CronJob", "report", true),
            ("cart-7d98456675-*", "Deployment", "cart", true),
            ("cart-*", "Deployment", "cart", true),
            ("cart", "Deployment", "cart", false),
            ("cartography-7d98456675-2mcs4", "Deployment", "cart", false),
        ];
        for (name, kind, workload, is) in table {
            assert_eq!(is_pod_of(name, kind, workload), is, "{name} of {kind} {workload}");
        }
        for (name, expected) in [
            ("cart-7d98456675-2mcs4", "cart"),
            ("postgres-0", "postgres"),
            ("agent-x7k2p", "agent"),
            ("cart-598d5b586d-*", "cart"),
            ("payment-service", "payment-service"),
            ("web", "web"),
        ] {
            assert_eq!(base(name), expected);
        }
    }
}
