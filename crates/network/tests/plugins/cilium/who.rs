//! Who is at an end of a packet, and whom the selectors of policies mean, as far as labels, addresses and entities go.

use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_network::cluster::{Cluster, Labels, Node, Pod};
use ironsides_network::kinds::cilium::{
    Cidr, CidrRule, EndpointSelector, Entity, FqdnSelector, LabelKey, Rule, ServiceReference,
};
use ironsides_network::kinds::selector::{Asked, Selector};
use ironsides_network::{Endpoint, Options};
use ironsides_tree::Text;

use crate::cilium::slow::Guess;

const NAMESPACE: &str = "io.kubernetes.pod.namespace";
const OF_NAMESPACE: &str = "io.cilium.k8s.namespace.labels.";
const CLUSTER: &str = "io.cilium.k8s.policy.cluster";

/// What somebody is to the agent on the node of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Pod(&'a Pod),
    /// The node of the subject.
    Host(&'a Node),
    /// Another node, or one that nobody knows.
    Remote(Option<&'a Node>),
    Outside,
}

/// Somebody, with the labels that count.
#[derive(Clone, Debug)]
pub(crate) struct Who<'a> {
    pub(crate) kind: Kind<'a>,
    /// Source, key and value.
    labels: Vec<(&'static str, String, String)>,
    address: Option<IpAddr>,
    apiserver: bool,
}

/// A cluster with the settings of its agents.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) options: &'a Options,
    pub(crate) guess: &'a Guess,
}

/// Keys that no identity has, however they are written; what begins with one of the second list stays.
fn is_identity(key: &str) -> bool {
    let kept = ["io.kubernetes.pod.namespace", "io.cilium.k8s.", "app.kubernetes.io"];
    let dropped = ["kubernetes.io", "io.kubernetes", "k8s.io", "topology.kubernetes.io", "pod-template-hash"];
    let begins = |list: &[&str]| list.iter().any(|prefix| key.starts_with(prefix));
    begins(&kept) || !begins(&dropped)
}

impl<'a> Place<'a> {
    /// The node that somebody is on or is.
    pub(crate) fn node_of(self, end: Endpoint) -> Option<&'a Node> {
        match end {
            Endpoint::Node(at) => Some(&self.cluster.nodes[at as usize]),
            Endpoint::Pod(at) => {
                let name = self.cluster.pods[at as usize].node.as_ref()?;
                self.cluster.nodes.iter().find(|node| node.name == *name)
            }
            Endpoint::Address(_) => None,
        }
    }

    /// Somebody as the agent on a node knows them.
    pub(crate) fn see(self, end: Endpoint, own: Option<&Node>) -> Who<'a> {
        let pod = match end {
            Endpoint::Pod(at) => Some(&self.cluster.pods[at as usize]).filter(|pod| !pod.host_network),
            _ => None,
        };
        if let Some(pod) = pod {
            let labels = self.labels(pod);
            let address = Some(self.chosen(&pod.addresses));
            return Who { kind: Kind::Pod(pod), labels, address, apiserver: false };
        }
        if let Endpoint::Address(address) = end {
            let apiserver = self.cluster.apiserver.contains(&address);
            // Where there are both families, nobody has the label of the world as a whole.
            let world = match address {
                _ if !self.options.dual_stack => "world",
                IpAddr::V4(_) => "world-ipv4",
                IpAddr::V6(_) => "world-ipv6",
            };
            let labels = self.reserved(&[world], apiserver);
            return Who { kind: Kind::Outside, labels, address: Some(address), apiserver };
        }
        let Some(node) = self.node_of(end) else {
            let labels = self.reserved(&["remote-node"], false);
            return Who { kind: Kind::Remote(None), labels, address: None, apiserver: false };
        };
        let apiserver = node.addresses.iter().any(|address| self.cluster.apiserver.contains(address));
        let is_own = own.is_some_and(|own| own.name == node.name);
        let mut labels = self.reserved(&[if is_own { "host" } else { "remote-node" }], apiserver);
        if self.options.node_selector_labels {
            labels.push(("k8s", CLUSTER.to_owned(), "default".to_owned()));
            labels
                .extend(node.labels.iter().map(|(key, value)| ("node", key.to_string(), value.to_string())));
        }
        let kind = if is_own { Kind::Host(node) } else { Kind::Remote(Some(node)) };
        Who { kind, labels, address: Some(self.chosen(&node.addresses)), apiserver }
    }

    fn reserved(self, names: &[&str], apiserver: bool) -> Vec<(&'static str, String, String)> {
        let names = names.iter().copied().chain(apiserver.then_some("kube-apiserver"));
        names.map(|name| ("reserved", name.to_owned(), String::new())).collect()
    }

    fn chosen(self, addresses: &[IpAddr]) -> IpAddr {
        let family = addresses.iter().find(|address| address.is_ipv6() == self.guess.six);
        family.or(addresses.first()).copied().unwrap_or(self.guess.address)
    }

    /// The labels of the identity of a pod.
    pub(crate) fn labels(self, pod: &Pod) -> Vec<(&'static str, String, String)> {
        let of = |labels: &Labels, prefix: &str| -> Vec<(&'static str, String, String)> {
            let named = labels.iter().map(|(key, value)| (format!("{prefix}{key}"), value.to_string()));
            named.filter(|(key, _)| is_identity(key)).map(|(key, value)| ("k8s", key, value)).collect()
        };
        let mut labels = of(&pod.labels, "");
        labels.extend(of(&self.cluster.namespaces[&pod.namespace].labels, OF_NAMESPACE));
        labels.push(("k8s", NAMESPACE.to_owned(), pod.namespace.to_string()));
        labels.push(("k8s", CLUSTER.to_owned(), "default".to_owned()));
        if !pod.service_account.is_empty() {
            labels.push((
                "k8s",
                "io.cilium.k8s.policy.serviceaccount".to_owned(),
                pod.service_account.to_string(),
            ));
        }
        labels
    }

    /// Whether a pod, or a node that a host policy may guard, is the subject of a selector.
    pub(crate) fn is_subject(
        self,
        selector: &EndpointSelector,
        namespace: Option<&str>,
        who: &Who<'_>,
    ) -> bool {
        let Kind::Pod(pod) = who.kind else { return false };
        if namespace.is_some_and(|namespace| pod.namespace != namespace) {
            return false;
        }
        // The namespace of the policy wins over another that is named.
        let own = |key: &LabelKey, asked: &Asked| {
            namespace.is_some()
                && key.source == "k8s"
                && key.name == NAMESPACE
                && matches!(asked, Asked::In(_))
        };
        asked(selector).iter().filter(|(key, asked)| !own(key, asked)).all(|one| who.has(one))
    }

    /// Whether a host policy guards a node.
    pub(crate) fn guards(self, selector: &EndpointSelector, who: &Who<'_>) -> bool {
        let Kind::Host(node) = who.kind else { return false };
        let labels = node.labels.iter().filter(|(key, _)| is_identity(key));
        let labels = labels.map(|(key, value)| ("k8s", key.to_string(), value.to_string())).collect();
        let host = Who { labels, ..who.clone() };
        asked(selector).iter().all(|(key, asked)| {
            host.has(&(LabelKey::new("any", &key.name), asked.clone()))
                || (key.source == "reserved" && who.has(&(key.clone(), asked.clone())))
        })
    }

    /// The peers that a rule names, each as a text that is the same for the same selector, and whether it means somebody.
    /// `None`: the rule names nobody, and whoever that means.
    pub(crate) fn peers(
        self,
        rule: &Rule,
        namespace: Option<&str>,
        who: &Who<'_>,
    ) -> Option<Vec<(String, bool)>> {
        let peers = &rule.peers;
        let empty = [
            peers.endpoints.as_ref().is_some_and(Vec::is_empty),
            peers.nodes.as_ref().is_some_and(Vec::is_empty),
            peers.entities.as_ref().is_some_and(Vec::is_empty),
            peers.cidr.as_ref().is_some_and(Vec::is_empty),
            peers.cidr_set.as_ref().is_some_and(Vec::is_empty),
        ];
        if empty.contains(&true) {
            return Some(Vec::new());
        }
        let mut all = Vec::new();
        for selector in peers.endpoints.iter().flatten() {
            let list = confined(asked(selector), namespace);
            all.push((written(&list), who.is(&list, self)));
        }
        for selector in peers.nodes.iter().flatten() {
            let list = asked(selector);
            let is = matches!(who.kind, Kind::Remote(_)) && list.iter().all(|one| who.has(one));
            all.push((format!("remote {}", written(&list)), is && self.in_cluster(who)));
        }
        for entity in peers.entities.iter().flatten() {
            all.push((format!("entity {}", entity.word()), self.is_entity(entity, who)));
        }
        for cidr in peers.cidr.iter().flatten() {
            all.push((block_text(cidr, &[]), cidr.block.is_some_and(|block| self.is_in(block, &[], who))));
        }
        for set in peers.cidr_set.iter().flatten() {
            all.push(self.cidr_rule(set, who));
        }
        for reference in peers.services.iter().flatten() {
            all.extend(self.services(reference, who));
        }
        for name in peers.fqdns.iter().flatten() {
            all.push((format!("name {}{}", name.name, name.pattern), self.resolves(name, who)));
        }
        for group in peers.groups.iter().flatten() {
            all.push((
                format!("cloud {}", group.place.path),
                who.kind == Kind::Outside && self.guess.in_cloud,
            ));
        }
        // Of those that may match nothing at all, empty lists and what is not found count as absent.
        (!all.is_empty()).then_some(all)
    }

    fn in_cluster(self, who: &Who<'_>) -> bool {
        who.has(&(LabelKey::new("k8s", CLUSTER), Asked::In(vec!["default".into()])))
    }

    fn is_entity(self, entity: &Entity, who: &Who<'_>) -> bool {
        match entity {
            Entity::All => true,
            Entity::World => who.kind == Kind::Outside,
            Entity::Cluster | Entity::ClusterMesh => who.kind != Kind::Outside || who.apiserver,
            Entity::Host => matches!(who.kind, Kind::Host(_)),
            Entity::RemoteNode => matches!(who.kind, Kind::Remote(_)),
            Entity::KubeApiserver => who.apiserver,
            _ => false,
        }
    }

    /// Whether a block means somebody: outsiders always, pods and nodes where the agents are told so.
    pub(crate) fn is_in(self, block: IpNet, except: &[IpNet], who: &Who<'_>) -> bool {
        let Some(address) = who.address else { return false };
        let within =
            block.trunc().contains(&address) && !except.iter().any(|net| net.trunc().contains(&address));
        let options = self.options;
        within
            && match who.kind {
                Kind::Outside => true,
                Kind::Pod(_) => options.blocks_hold_pods,
                // The block of everything means nodes only where blocks hold pods too.
                _ => options.blocks_hold_nodes && (block.prefix_len() > 0 || options.blocks_hold_pods),
            }
    }

    fn cidr_rule(self, rule: &CidrRule, who: &Who<'_>) -> (String, bool) {
        let except: Vec<IpNet> = rule.except.iter().filter_map(|cidr| cidr.block).collect();
        if let Some(cidr) = &rule.cidr {
            let is = cidr.block.is_some_and(|block| self.is_in(block, &except, who));
            return (block_text(cidr, &except), is);
        }
        let groups = || self.cluster.address_groups.iter().filter(|group| group.kind == "CiliumCIDRGroup");
        let holds = |group: &ironsides_network::cluster::AddressGroup| {
            group.blocks.iter().any(|block| self.is_in(*block, &except, who))
        };
        let Some(selector) = &rule.group_selector else {
            let is = groups().filter(|group| group.name == rule.group).any(holds);
            return (format!("group {} {except:?}", rule.group), is);
        };
        let list = asked(selector);
        let text = format!("groups {} {except:?}", written(&list));
        if list.is_empty() {
            return (text, true);
        }
        let outside = who.kind == Kind::Outside;
        let excepted =
            except.iter().any(|net| who.address.is_some_and(|address| net.trunc().contains(&address)));
        let with = |key: &LabelKey, values: Option<&Vec<Text>>| {
            groups().filter(|group| holds(group)).any(|group| {
                group
                    .labels
                    .get(&key.name)
                    .is_some_and(|value| values.is_none_or(|values| values.contains(value)))
            })
        };
        let all = list.iter().all(|(key, asked)| match asked {
            Asked::In(values) => with(key, Some(values)),
            Asked::NotIn(values) => !with(key, Some(values)),
            Asked::Exists => with(key, None),
            Asked::DoesNotExist => !with(key, None),
        });
        (text, outside && !excepted && all)
    }

    fn services(self, reference: &ServiceReference, who: &Who<'_>) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        for service in &self.cluster.services {
            let there = |namespace: &Text| namespace.is_empty() || *namespace == service.namespace;
            if let Some((name, namespace)) = &reference.named
                && (service.name != *name || !there(namespace))
            {
                continue;
            }
            if let Some((selector, namespace)) = &reference.selected {
                let holds = selector
                    .iter()
                    .flat_map(asked)
                    .all(|(key, asked)| holds(service.labels.get(&key.name).map(Text::as_str), &asked));
                if !holds || !there(namespace) {
                    continue;
                }
            }
            if let Some(labels) = &service.selector {
                let mut list: Vec<(LabelKey, Asked)> = labels
                    .iter()
                    .map(|(key, value)| (LabelKey::new("k8s", key), Asked::In(vec![value.clone()])))
                    .collect();
                list.push((LabelKey::new("k8s", NAMESPACE), Asked::In(vec![service.namespace.clone()])));
                found.push((written(&list), who.is(&list, self)));
            } else if !service.backends().is_empty() {
                let is = service.backends().iter().any(|&address| self.is_in(address.into(), &[], who));
                found.push((format!("behind {}/{}", service.namespace, service.name), is));
            }
        }
        found
    }

    fn resolves(self, wanted: &FqdnSelector, who: &Who<'_>) -> bool {
        let Some(address) = who.address.filter(|_| who.kind == Kind::Outside) else { return false };
        let known = self.cluster.names.iter();
        let known = known.filter(|(name, _)| is_name(wanted, name)).any(|(_, all)| all.contains(&address));
        known || (self.guess.resolves && !self.cluster.names_complete)
    }

    /// Pods of the namespaces that a selector of Kubernetes means, and pods among them. Without one of pods, a selector of
    /// namespaces that only excludes means everyone: the aggregates, in which the datapath counts identities, lack the label.
    pub(crate) fn is_among(self, namespaces: &Selector, pods: Option<&Selector>, who: &Who<'_>) -> bool {
        let mut list: Vec<(LabelKey, Asked)> = kubernetes(namespaces, OF_NAMESPACE);
        if list.is_empty() {
            list.push((LabelKey::new("k8s", NAMESPACE), Asked::Exists));
        }
        let Some(pods) = pods else { return who.is(&list, self) };
        list.extend(kubernetes(pods, ""));
        list.push((LabelKey::new("k8s", CLUSTER), Asked::Exists));
        who.is(&list, self)
    }

    pub(crate) fn is_subject_of_cluster(
        self,
        namespaces: &Selector,
        pods: Option<&Selector>,
        who: &Who<'_>,
    ) -> bool {
        let list = kubernetes(namespaces, OF_NAMESPACE)
            .into_iter()
            .chain(pods.iter().flat_map(|pods| kubernetes(pods, "")));
        matches!(who.kind, Kind::Pod(_)) && list.collect::<Vec<_>>().iter().all(|one| who.has(one))
    }

    pub(crate) fn is_pod_in(self, namespace: &str, pods: &Selector, who: &Who<'_>) -> bool {
        let is_there = matches!(who.kind, Kind::Pod(pod) if pod.namespace == namespace);
        is_there && kubernetes(pods, "").iter().all(|one| who.has(one))
    }

    /// Nodes by their labels, which the agents must be told to keep.
    pub(crate) fn is_node(self, selector: &Selector, who: &Who<'_>) -> bool {
        let node = matches!(who.kind, Kind::Host(_) | Kind::Remote(Some(_)));
        let list = selector.0.iter().map(|one| (LabelKey::new("node", &one.key), one.operator.clone()));
        node && list.collect::<Vec<_>>().iter().all(|one| who.has(one))
    }
}

impl Who<'_> {
    fn has(&self, (key, asked): &(LabelKey, Asked)) -> bool {
        let means =
            |source: &str, name: &str| name == key.name && (key.source == "any" || key.source == source);
        let value = self
            .labels
            .iter()
            .find(|(source, name, _)| means(source, name))
            .map(|(.., value)| value.as_str());
        holds(value, asked)
    }

    fn is(&self, list: &[(LabelKey, Asked)], place: Place<'_>) -> bool {
        if list.iter().all(|one| self.has(one)) {
            return true;
        }
        let negative = list.iter().all(|(_, asked)| matches!(asked, Asked::NotIn(_) | Asked::DoesNotExist));
        let options = place.options;
        let aggregate = match self.kind {
            Kind::Pod(_) => true,
            Kind::Remote(Some(_)) => options.node_selector_labels || options.blocks_hold_nodes,
            // Every other address outside is the aggregate itself.
            Kind::Outside | Kind::Host(_) | Kind::Remote(None) => false,
        };
        negative && aggregate
    }
}

fn holds(value: Option<&str>, asked: &Asked) -> bool {
    let among = |values: &[Text]| value.is_some_and(|value| values.iter().any(|one| one == value));
    match asked {
        Asked::In(values) => among(values),
        Asked::NotIn(values) => !among(values),
        Asked::Exists => value.is_some(),
        Asked::DoesNotExist => value.is_none(),
    }
}

fn asked(selector: &EndpointSelector) -> Vec<(LabelKey, Asked)> {
    selector.requirements.iter().map(|one| (one.key.clone(), one.operator.clone())).collect()
}

fn kubernetes(selector: &Selector, prefix: &str) -> Vec<(LabelKey, Asked)> {
    let key = |key: &Text| LabelKey::new("k8s", &format!("{prefix}{key}"));
    selector.0.iter().map(|one| (key(&one.key), one.operator.clone())).collect()
}

/// A selector of peers with what Cilium adds: a CiliumNetworkPolicy means its own namespace unless it names one or a label of
/// one; what names a label of Cilium's own is left as it is; all else means pods of this cluster.
fn confined(mut list: Vec<(LabelKey, Asked)>, namespace: Option<&str>) -> Vec<(LabelKey, Asked)> {
    if list.iter().any(|(key, _)| key.source == "reserved") {
        return list;
    }
    let of_pods = |key: &LabelKey| key.source == "any" || key.source == "k8s";
    let names = |list: &[(LabelKey, Asked)], wanted: &str| {
        list.iter().any(|(key, _)| of_pods(key) && key.name == wanted)
    };
    let own = LabelKey::new("k8s", NAMESPACE);
    let of_namespace = list.iter().any(|(key, _)| of_pods(key) && key.name.starts_with(OF_NAMESPACE));
    match namespace {
        _ if names(&list, NAMESPACE) => {}
        None => list.push((own, Asked::Exists)),
        Some(_) if of_namespace => {}
        Some(namespace) => list.push((own, Asked::In(vec![namespace.into()]))),
    }
    if !names(&list, CLUSTER) {
        list.push((LabelKey::new("k8s", CLUSTER), Asked::In(vec!["default".into()])));
    }
    list
}

fn written(list: &[(LabelKey, Asked)]) -> String {
    let mut parts: Vec<String> = list.iter().map(|(key, asked)| format!("{key} {asked:?}")).collect();
    parts.sort();
    parts.join(" & ")
}

fn block_text(cidr: &Cidr, except: &[IpNet]) -> String {
    format!("block {:?} {except:?}", cidr.block)
}

/// Whether a name of a domain is meant.
pub(crate) fn is_name(wanted: &FqdnSelector, name: &str) -> bool {
    let plain = |text: &str| text.to_ascii_lowercase().trim_end_matches('.').to_owned();
    let name = plain(name);
    if !wanted.name.is_empty() {
        return plain(&wanted.name) == name;
    }
    let pattern = plain(&wanted.pattern);
    if pattern.chars().all(|letter| letter == '*') {
        return true;
    }
    match pattern.strip_prefix("**.") {
        // One or more labels in front.
        Some(rest) => name.match_indices('.').any(|(dot, _)| dot > 0 && matches(rest, &name[dot + 1..])),
        None => matches(&pattern, &name),
    }
}

/// A star is any run of letters of one label.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_at_checked(1) {
        None | Some(("", _)) => name.is_empty(),
        Some(("*", rest)) => {
            let run = name.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)));
            (0..=run.unwrap_or(name.len())).any(|end| matches(rest, &name[end..]))
        }
        Some((letter, rest)) => name.strip_prefix(letter).is_some_and(|name| matches(rest, name)),
    }
}
