//! What services of type `ExternalName` stand for.
//!
//! A DNS server answers for such a service with another name (CNAME), and whoever asked goes on with that one: there is no
//! address of the service, and its ports mean nothing. Names of answers are whole: nobody completes `db.data.svc`.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_tree::Text;

use super::{Cluster, Endpoint, Service};
use crate::address::{AddressSet, block, range};

/// The domain of a cluster of which nobody has said another.
const DOMAIN: &str = "cluster.local";

/// What a service of type `ExternalName` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alias<'a> {
    /// A name outside the cluster.
    Outside(&'a Text),
    /// Another service: its place in [`Cluster::services`], and the name of one of its pods where that is what is named.
    Service(u32, Option<&'a str>),
    /// A service that is not there, as `namespace/name`: namespace, then name.
    Missing(&'a str, &'a str),
    /// At last itself.
    Loop,
}

impl<'a> Alias<'a> {
    /// The pod that is named, where one is.
    pub fn pod(self) -> Option<&'a str> {
        match self {
            Self::Service(_, pod) => pod,
            Self::Outside(_) | Self::Missing(..) | Self::Loop => None,
        }
    }
}

impl Cluster {
    /// What a service stands for; `None` where it stands for itself. Whatever that stands for is followed.
    pub fn alias(&self, service: &Service) -> Option<Alias<'_>> {
        let at = self
            .services
            .iter()
            .position(|known| (&known.namespace, &known.name) == (&service.namespace, &service.name))?;
        let mut seen = vec![at];
        let mut name = self.services.get(at)?.external_name.as_ref()?;
        loop {
            let Some((pod, service, namespace)) = self.of_cluster(name) else {
                return Some(Alias::Outside(name));
            };
            let is = |known: &Service| known.namespace == namespace && known.name == service;
            let Some(at) = self.services.iter().position(is) else {
                return Some(Alias::Missing(namespace, service));
            };
            if seen.contains(&at) {
                return Some(Alias::Loop);
            }
            seen.push(at);
            match self.services.get(at).and_then(|service| service.external_name.as_ref()) {
                Some(next) => name = next,
                None => return Some(Alias::Service(u32::try_from(at).unwrap_or(u32::MAX), pod)),
            }
        }
    }

    /// The pod, the service and the namespace of `web.shop.svc.cluster.local` or `web-0.web.shop.svc.cluster.local`. Another
    /// domain is taken for that of the cluster where the service is there.
    fn of_cluster<'a>(&self, name: &'a str) -> Option<(Option<&'a str>, &'a str, &'a str)> {
        let (before, domain) = name.split_once(".svc.")?;
        let labels: Vec<&str> = before.split('.').collect();
        let found = match labels.as_slice() {
            [service, namespace] => (None, *service, *namespace),
            [pod, service, namespace] => (Some(*pod), *service, *namespace),
            _ => return None,
        };
        (domain == DOMAIN || self.service(found.2, found.1).is_some()).then_some(found)
    }

    /// The names outside the cluster that services stand for, sorted.
    pub fn external_names(&self) -> Vec<Text> {
        let aliases = self.services.iter().filter(|service| service.external_name.is_some());
        let names: BTreeSet<&Text> = aliases
            .filter_map(|service| match self.alias(service) {
                Some(Alias::Outside(name)) => Some(name),
                _ => None,
            })
            .collect();
        names.into_iter().cloned().collect()
    }

    /// Where something may be of which nobody knows the address: a unicast address of a family that the cluster has been seen to
    /// have; of IPv4 if it has been seen to have none.
    pub fn possible_addresses(&self, dual_stack: bool) -> AddressSet {
        let pods = self.pods.iter().flat_map(|pod| &pod.addresses);
        let known = || pods.clone().chain(self.nodes.iter().flat_map(|node| &node.addresses));
        let six = known().any(IpAddr::is_ipv6);
        let four = !six || (dual_stack && known().any(IpAddr::is_ipv4));
        let never: AddressSet = NEVER.iter().filter_map(|text| block(text)).map(range).collect();
        let everything = AddressSet::everything();
        let families = everything.ranges().iter().copied();
        let possible: AddressSet =
            families.filter(|(first, _)| if first.is_ipv4() { four } else { six }).collect();
        possible.minus(&never)
    }

    /// The pods behind a service that answer to a name of their own there: those of that name, or all where none is known by it.
    pub(crate) fn named_behind(&self, service: &Service, name: Option<&str>) -> Vec<Endpoint> {
        let mut all: Vec<Endpoint> = Vec::new();
        for behind in self.behind(service) {
            if !all.contains(&behind.who) {
                all.push(behind.who);
            }
        }
        let is = |who: &Endpoint| match who {
            Endpoint::Pod(at) => {
                self.pods.get(*at as usize).is_some_and(|pod| name.is_some_and(|name| pod.name == name))
            }
            Endpoint::Node(_) | Endpoint::Address(_) => false,
        };
        if all.iter().any(is) {
            all.retain(is);
        }
        all
    }
}

/// No pod and no node is reached at one of these: this network, loopback, link-local, multicast, reserved (RFC 6890).
const NEVER: [&str; 9] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "fe80::/10",
    "ff00::/8",
];
