//! Who is at an end of a packet, and whom Calico's selectors mean.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_network::cluster::{AddressGroup, Cluster, Node, Pod, TargetPort};
use ironsides_network::kinds::calico::expression::{Expression, Like};
use ironsides_network::kinds::calico::{CalicoPolicy, Entity};
use ironsides_network::kinds::selector::{Asked, Selector};
use ironsides_network::{Endpoint, Traffic};
use ironsides_tree::Text;

use crate::calico::slow::Guess;

/// Somebody at an end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who<'a> {
    pub(crate) pod: Option<&'a Pod>,
    /// The node that it is or runs on.
    pub(crate) node: Option<&'a Node>,
    pub(crate) is_node: bool,
    pub(crate) address: IpAddr,
}

/// What carries labels: a pod, or a set of blocks.
struct Labelled<'a> {
    labels: BTreeMap<&'a str, &'a str>,
    namespace: Option<&'a str>,
    account: Option<&'a str>,
}

#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) guess: &'a Guess,
}

impl<'a> Place<'a> {
    pub(crate) fn see(self, end: Endpoint) -> Who<'a> {
        let chosen = |addresses: &[IpAddr]| {
            let family = addresses.iter().find(|address| address.is_ipv6() == self.guess.six);
            family.or(addresses.first()).copied().unwrap_or(self.guess.address)
        };
        match end {
            Endpoint::Address(address) => Who { pod: None, node: None, is_node: false, address },
            Endpoint::Node(at) => {
                let node = &self.cluster.nodes[at as usize];
                Who { pod: None, node: Some(node), is_node: true, address: chosen(&node.addresses) }
            }
            Endpoint::Pod(at) => {
                let pod = &self.cluster.pods[at as usize];
                let node = self.cluster.nodes.iter().find(|node| Some(&node.name) == pod.node.as_ref());
                let is_node = pod.host_network;
                let addresses = match node.filter(|_| is_node) {
                    Some(node) => &node.addresses[..],
                    None if is_node => &[],
                    None => &pod.addresses[..],
                };
                Who { pod: Some(pod).filter(|_| !is_node), node, is_node, address: chosen(addresses) }
            }
        }
    }

    fn of_pod(self, pod: &'a Pod) -> Labelled<'a> {
        let account = if pod.service_account.is_empty() { "default" } else { pod.service_account.as_str() };
        let mut labels: BTreeMap<&str, &str> =
            pod.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        labels.insert("projectcalico.org/namespace", &pod.namespace);
        labels.insert("projectcalico.org/orchestrator", "k8s");
        labels.insert("projectcalico.org/serviceaccount", account);
        Labelled { labels, namespace: Some(&pod.namespace), account: Some(account) }
    }

    fn of_set(self, set: &'a AddressGroup) -> Labelled<'a> {
        let mut labels: BTreeMap<&str, &str> =
            set.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let namespace = set.namespace.as_deref();
        labels.extend(namespace.map(|name| ("projectcalico.org/namespace", name)));
        Labelled { labels, namespace, account: None }
    }

    /// Whether a pod, or a set of blocks that the address is in, is as it is asked.
    fn any(self, who: &Who<'a>, asked: &dyn Fn(&Labelled<'a>) -> bool) -> bool {
        let sets = self.cluster.address_groups.iter().filter(|group| group.kind.ends_with("NetworkSet"));
        let in_it = |set: &&AddressGroup| set.blocks.iter().any(|block| is_in(block, who.address));
        who.pod.is_some_and(|pod| asked(&self.of_pod(pod)))
            || sets.filter(in_it).any(|set| asked(&self.of_set(set)))
    }

    fn namespace(self, expression: &Expression, of: &Labelled<'_>) -> bool {
        let labels = of.namespace.and_then(|name| Some((name, &self.cluster.namespaces.get(name)?.labels)));
        let value = |key: &str| match key {
            "projectcalico.org/name" => labels.map(|(name, _)| name),
            key => labels.and_then(|(_, labels)| labels.get(key)).map(Text::as_str),
        };
        // `all()` is whatever is in a namespace, `global()` what is in none.
        holds(expression, &value, (of.namespace.is_some(), of.namespace.is_none()))
    }

    fn account(expression: &Expression, of: &Labelled<'_>) -> bool {
        let value = |key: &str| of.account.filter(|_| key == "projectcalico.org/name");
        holds(expression, &value, (true, of.namespace.is_none()))
    }

    fn labels(expression: &Expression, of: &Labelled<'_>) -> bool {
        holds(expression, &|key| of.labels.get(key).copied(), (true, of.namespace.is_none()))
    }

    /// Whether a policy guards a pod.
    pub(crate) fn guards(self, policy: &CalicoPolicy, pod: &'a Pod) -> bool {
        let of = self.of_pod(pod);
        policy.name.namespace.as_ref().is_none_or(|namespace| *namespace == pod.namespace)
            && Self::labels(&policy.selector, &of)
            && policy.namespace_selector.as_ref().is_none_or(|selector| self.namespace(selector, &of))
            && policy.service_account_selector.as_ref().is_none_or(|selector| Self::account(selector, &of))
    }

    /// Whether one end of a rule means somebody; ports are another matter.
    pub(crate) fn is(self, entity: &Entity, own: Option<&str>, who: &Who<'a>) -> bool {
        let address = who.address;
        let of_family = |nets: &[IpNet]| nets.iter().any(|net| net.addr().is_ipv4() == address.is_ipv4());
        let nets = entity.nets.as_ref().is_none_or(|nets| nets.iter().any(|net| is_in(net, address)));
        // A rule that excludes blocks of one family alone says nothing of the other.
        let not_nets = entity.not_nets.is_empty()
            || (of_family(&entity.not_nets) && !entity.not_nets.iter().any(|net| is_in(net, address)));
        nets && not_nets && self.is_selected(entity, own, who)
    }

    fn is_selected(self, entity: &Entity, own: Option<&str>, who: &Who<'a>) -> bool {
        let selects = entity.selector.is_some()
            || entity.service_account_selector.is_some()
            || !entity.service_accounts.is_empty();
        let used = selects || entity.not_selector.is_some() || entity.namespace_selector.is_some();
        let wanted = |of: &Labelled<'a>| {
            let namespace = match (&entity.namespace_selector, own) {
                (Some(selector), _) => self.namespace(selector, of),
                (None, own) => own.is_none_or(|own| of.namespace == Some(own)),
            };
            let named = entity.service_accounts.is_empty()
                || entity.service_accounts.iter().any(|name| of.account == Some(name.as_str()));
            namespace
                && named
                && entity.service_account_selector.as_ref().is_none_or(|selector| Self::account(selector, of))
                && entity.selector.as_ref().is_none_or(|selector| Self::labels(selector, of))
        };
        // In a policy of a namespace each selector, also one that excludes, confines to that namespace.
        let asks = selects || entity.namespace_selector.is_some() || (used && own.is_some());
        let excluded = |selector: &Expression| self.any(who, &|of| Self::labels(selector, of));
        (!asks || self.any(who, &wanted)) && !entity.not_selector.as_ref().is_some_and(excluded)
    }

    /// Whether somebody stands behind a service, at a port of it where traffic is given.
    pub(crate) fn serves(
        self,
        (namespace, name): &(Text, Text),
        who: &Who<'a>,
        traffic: Option<Traffic>,
    ) -> bool {
        let Some(service) =
            self.cluster.services.iter().find(|one| one.namespace == *namespace && one.name == *name)
        else {
            return false;
        };
        let Some(labels) = &service.selector else {
            // Endpoints that are written down count with the ports that they have themselves.
            let mut here = service.endpoints.iter().filter(|endpoint| endpoint.address == who.address);
            return here.any(|endpoint| {
                traffic.is_none_or(|traffic| {
                    let mut ports = endpoint.ports.iter();
                    ports.any(|port| port.protocol == traffic.protocol && port.number == Some(traffic.port))
                })
            });
        };
        let is = self.any(who, &|of| {
            of.namespace == Some(namespace.as_str())
                && labels.iter().all(|(key, value)| of.labels.get(key.as_str()) == Some(&value.as_str()))
        });
        let at = |traffic: Traffic| {
            service.ports.iter().any(|port| {
                port.protocol == traffic.protocol
                    && match &port.target {
                        TargetPort::Number(number) => *number == traffic.port,
                        TargetPort::Name(name) => is_named(name, who, traffic),
                    }
            })
        };
        is && traffic.is_none_or(at)
    }

    /// Pods by selectors of Kubernetes.
    pub(crate) fn is_pod(
        self,
        own: &str,
        namespaces: Option<&Selector>,
        pods: &Selector,
        who: &Who<'_>,
    ) -> bool {
        who.pod.is_some_and(|pod| {
            let labels = &self.cluster.namespaces[&pod.namespace].labels;
            let namespace = namespaces.map_or(pod.namespace == own, |selector| selects(selector, labels));
            namespace && selects(pods, &pod.labels)
        })
    }

    /// Whatever is in namespaces that a selector of Kubernetes takes. What is in none has none of their labels.
    pub(crate) fn is_in_namespaces(self, selector: &Selector, who: &Who<'a>) -> bool {
        let empty = BTreeMap::new();
        self.any(who, &|of: &Labelled<'a>| {
            let labels = of
                .namespace
                .and_then(|name| self.cluster.namespaces.get(name))
                .map(|namespace| &namespace.labels);
            let in_one = of.namespace.is_some() || !selector.0.is_empty();
            in_one && selects(selector, labels.unwrap_or(&empty))
        })
    }
}

/// Whether a pod gives a port that name.
pub(crate) fn is_named(name: &str, who: &Who<'_>, traffic: Traffic) -> bool {
    who.pod.into_iter().flat_map(|pod| &pod.ports).any(|port| {
        port.name.as_deref() == Some(name) && port.protocol == traffic.protocol && port.number == traffic.port
    })
}

pub(crate) fn is_in(net: &IpNet, address: IpAddr) -> bool {
    net.trunc().contains(&address)
}

pub(crate) fn selects(selector: &Selector, labels: &BTreeMap<Text, Text>) -> bool {
    selector.0.iter().all(|one| {
        let value = labels.get(&one.key);
        match &one.operator {
            Asked::In(values) => value.is_some_and(|value| values.contains(value)),
            Asked::NotIn(values) => !value.is_some_and(|value| values.contains(value)),
            Asked::Exists => value.is_some(),
            Asked::DoesNotExist => value.is_none(),
        }
    })
}

/// An expression over labels; `words` is what `all()` and `global()` are.
fn holds<'a>(expression: &Expression, value: &dyn Fn(&str) -> Option<&'a str>, words: (bool, bool)) -> bool {
    let all = |part: &Expression| holds(part, value, words);
    let among =
        |key: &str, values: &[Text]| value(key).is_some_and(|value| values.iter().any(|one| one == value));
    match expression {
        Expression::All => words.0,
        Expression::Global => words.1,
        Expression::Has(key) => value(key).is_some(),
        Expression::In(key, values) => among(key, values),
        Expression::NotIn(key, values) => !among(key, values),
        Expression::Like(key, like, text) => value(key).is_some_and(|value| match like {
            Like::Contains => value.contains(text.as_str()),
            Like::StartsWith => value.starts_with(text.as_str()),
            Like::EndsWith => value.ends_with(text.as_str()),
        }),
        Expression::Not(inner) => !all(inner),
        Expression::And(parts) => parts.iter().all(all),
        Expression::Or(parts) => parts.iter().any(all),
    }
}
