//! Members of a cluster by their names.

use std::net::IpAddr;

use ironsides_tree::Text;

use super::kind;
use super::near::hint;
use super::{Party, PartyKind};
use crate::address::AddressSet;
use crate::cluster::{Alias, Cluster, Endpoint, Pod};
use crate::error::NetworkError;

/// The pods for which something holds.
fn pods(cluster: &Cluster, holds: impl Fn(&Pod) -> bool) -> Vec<Endpoint> {
    let pods = (0..).zip(&cluster.pods).filter(|(_, pod)| holds(pod));
    pods.map(|(at, _)| Endpoint::Pod(at)).collect()
}

fn party(name: String, kind: PartyKind, members: Vec<Endpoint>) -> Party {
    Party { name, kind, members, outside: AddressSet::default(), named: None }
}

/// `shop/web`: the workload of a pod.
pub fn workload_of(pod: &Pod) -> String {
    let name = if pod.workload.is_empty() { &pod.name } else { &pod.workload };
    format!("{}/{name}", pod.namespace)
}

fn unknown(kind: &'static str, name: String, hint: String) -> NetworkError {
    NetworkError::NoEndpoint { kind, name, hint }
}

/// All pods of a workload, of one kind or of whatever kind; or the pod of that name.
pub(super) fn workload(
    kind: Option<&str>,
    namespace: &str,
    name: &str,
    cluster: &Cluster,
) -> Result<Party, NetworkError> {
    let is_kind = |pod: &Pod| kind.is_none_or(|kind| kind::is_of(pod, kind));
    let members = pods(cluster, |pod| pod.namespace == namespace && pod.workload == name && is_kind(pod));
    if !members.is_empty() {
        return Ok(party(format!("{namespace}/{name}"), PartyKind::Workload, members));
    }
    if kind.is_none() {
        let members = pods(cluster, |pod| pod.namespace == namespace && pod.name == name);
        if !members.is_empty() {
            return Ok(party(format!("pod/{namespace}/{name}"), PartyKind::Pod, members));
        }
    }
    let full = format!("{namespace}/{name}");
    let Some(word) = kind else {
        let hint = match (service(namespace, name, cluster), elsewhere(name, cluster)) {
            (Ok(service), _) => format!("; did you mean {}?", service.name),
            (_, there) if !there.is_empty() => there,
            _ => within(namespace, name, cluster),
        };
        return Err(unknown("workload or pod", full, hint));
    };
    // The name may be right and the kind wrong.
    let twin = cluster.pods.iter().find(|pod| pod.namespace == namespace && pod.workload == name);
    let of_kind = cluster.pods.iter().filter(|pod| is_kind(pod)).map(workload_of);
    let hint = match (twin, kind::named(word)) {
        (Some(twin), _) => {
            let own = &twin.workload_kind;
            format!("; {full} is a {own}: did you mean {}/{full}?", kind::short(own))
        }
        (None, Some(_)) => match hint(&full, of_kind) {
            near if near.is_empty() => elsewhere(name, cluster),
            near => near.replace("mean ", &format!("mean {word}/")),
        },
        (None, None) if of_kind.count() == 0 => {
            let words = kind::words().map(str::to_owned);
            let own = cluster.pods.iter().map(|pod| kind::short(&pod.workload_kind));
            let hint = hint(word, words.chain(own).filter(|word| !word.is_empty()));
            return Err(unknown("kind of workload", word.to_owned(), hint));
        }
        (None, None) => elsewhere(name, cluster),
    };
    Err(unknown(kind::named(word).unwrap_or("workload"), full, hint))
}

/// The nearest name in a namespace, or what it has; the nearest of all where there is no such namespace.
fn within(namespace: &str, name: &str, cluster: &Cluster) -> String {
    let own = cluster.pods.iter().filter(|pod| pod.namespace == namespace).map(workload_of);
    let mut names: Vec<String> =
        own.filter_map(|full| full.split_once('/').map(|(_, name)| name.to_owned())).collect();
    names.sort();
    names.dedup();
    match hint(name, &names) {
        _ if names.is_empty() => {
            let full = format!("{namespace}/{name}");
            hint(&full, cluster.pods.iter().map(workload_of))
        }
        near if !near.is_empty() => near.replace("mean ", &format!("mean {namespace}/")),
        _ => {
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("; {namespace} has {}{more}", names.join(", "))
        }
    }
}

/// Up to so many names are told where none is near.
const NAMED: usize = 5;

/// The workloads of that name in other namespaces, as a hint; services where there is no workload of it.
fn elsewhere(name: &str, cluster: &Cluster) -> String {
    let mut names: Vec<String> =
        cluster.pods.iter().filter(|pod| pod.workload == name || pod.name == name).map(workload_of).collect();
    if names.is_empty() {
        let services = cluster.services.iter().filter(|service| service.name == name);
        names = services.map(|service| format!("svc/{}/{}", service.namespace, service.name)).collect();
    }
    names.sort();
    names.dedup();
    match names.as_slice() {
        [] => String::new(),
        [first, second, _, _, ..] => format!("; did you mean {first}, {second} or others?"),
        _ => format!("; did you mean {}?", names.join(" or ")),
    }
}

/// What a word without a slash names none of.
const END: &str = "end of a connection called";

/// What to say of a word without a slash; `None` where nothing is called so.
pub(super) fn bare_word(word: &str, cluster: &Cluster) -> Option<NetworkError> {
    let hint = elsewhere(word, cluster);
    if !hint.is_empty() {
        return Some(unknown(END, word.to_owned(), hint));
    }
    if cluster.namespaces.contains_key(word) {
        return Some(unknown(END, word.to_owned(), format!("; did you mean ns/{word}?")));
    }
    let is_node = cluster.nodes.iter().any(|node| node.name == word);
    is_node.then(|| unknown(END, word.to_owned(), format!("; did you mean node/{word}?")))
}

/// One pod.
pub(super) fn pod(namespace: &str, name: &str, cluster: &Cluster) -> Result<Party, NetworkError> {
    let members = pods(cluster, |pod| pod.namespace == namespace && pod.name == name);
    if members.is_empty() {
        let full = format!("{namespace}/{name}");
        let is_workload = |pod: &Pod| pod.namespace == namespace && pod.workload == name;
        let names = cluster.pods.iter().map(|pod| format!("{}/{}", pod.namespace, pod.name));
        let hint = match cluster.pods.iter().find(|pod| is_workload(pod)) {
            Some(pod) => {
                let kind = &pod.workload_kind;
                format!("; {full} is a {kind}: did you mean {}/{full}?", kind::short(kind))
            }
            None => hint(&full, names).replace("mean ", "mean pod/"),
        };
        return Err(unknown("pod", full, hint));
    }
    Ok(party(format!("pod/{namespace}/{name}"), PartyKind::Pod, members))
}

/// A node.
pub(super) fn node(name: &str, cluster: &Cluster) -> Result<Party, NetworkError> {
    let at = (0..).zip(&cluster.nodes).find(|(_, node)| node.name == name);
    let Some((at, _)) = at else {
        let hint = hint(name, cluster.nodes.iter().map(|node| &*node.name)).replace("mean ", "mean node/");
        return Err(unknown("node", name.to_owned(), hint));
    };
    Ok(party(format!("node/{name}"), PartyKind::Node, vec![Endpoint::Node(at)]))
}

/// Every pod of a namespace.
pub(super) fn namespace(name: &str, cluster: &Cluster) -> Result<Party, NetworkError> {
    let members = pods(cluster, |pod| pod.namespace == name);
    if members.is_empty() && !cluster.namespaces.contains_key(name) {
        let hint = hint(name, cluster.namespaces.keys().map(Text::as_str)).replace("mean ", "mean ns/");
        return Err(unknown("namespace", name.to_owned(), hint));
    }
    Ok(party(format!("ns/{name}"), PartyKind::Namespace, members))
}

/// What serves a service: pods that it selects, and addresses that are written down for it.
pub(super) fn service(namespace: &str, name: &str, cluster: &Cluster) -> Result<Party, NetworkError> {
    let is = |namespace: &str, name: &str| {
        (0..)
            .zip(&cluster.services)
            .find(|(_, service)| service.namespace == namespace && service.name == name)
    };
    let Some((at, service)) = is(namespace, name) else {
        let full = format!("{namespace}/{name}");
        let names = cluster.services.iter().map(|service| format!("{}/{}", service.namespace, service.name));
        let hint = hint(&full, names).replace("mean ", "mean svc/");
        return Err(unknown("service", full, hint));
    };
    let mut party = party(format!("svc/{namespace}/{name}"), PartyKind::Service(at), Vec::new());
    let Some(alias) = cluster.alias(service) else {
        split(cluster.named_behind(service, None), &mut party);
        return Ok(party);
    };
    match alias {
        Alias::Outside(name) => {
            let known = cluster.names.get(name);
            let addresses = known.map(|all| all.iter().map(|&address| (address, address)).collect());
            let is_known = addresses.is_some() || cluster.names_complete;
            party.outside = addresses.unwrap_or_else(|| {
                if cluster.names_complete { AddressSet::default() } else { cluster.possible_addresses(true) }
            });
            party.name = format!("{} ({name})", party.name);
            party.named = Some((name.clone(), is_known));
        }
        Alias::Service(at, pod) => {
            let Some(service) = cluster.services.get(at as usize) else { return Ok(party) };
            party.kind = PartyKind::Service(at);
            let pod = pod.map(|pod| format!("{pod} of ")).unwrap_or_default();
            party.name = format!("{} ({pod}svc/{}/{})", party.name, service.namespace, service.name);
            split(cluster.named_behind(service, alias.pod()), &mut party);
        }
        Alias::Missing(namespace, name) => {
            let hint = format!("; the Service {} of type ExternalName stands for it", party.name);
            return Err(unknown("service", format!("{namespace}/{name}"), hint));
        }
        Alias::Loop => return Err(NetworkError::Loop { name: party.name }),
    }
    Ok(party)
}

/// Gives a party what is behind a service: members of the cluster, and addresses outside.
fn split(behind: Vec<Endpoint>, party: &mut Party) {
    let mut outside = Vec::new();
    for who in behind {
        match who {
            Endpoint::Address(address) => outside.push((address, address)),
            member => party.members.push(member),
        }
    }
    party.outside = outside.into_iter().collect();
}

/// An address: the pod or node or service that has it, or one outside the cluster.
pub(super) fn address(address: IpAddr, cluster: &Cluster) -> Party {
    if let Some(member) = cluster.owner(address) {
        let name = match member {
            Endpoint::Pod(at) => cluster
                .pods
                .get(at as usize)
                .map(|pod| format!("pod/{}/{} ({address})", pod.namespace, pod.name)),
            Endpoint::Node(at) => {
                cluster.nodes.get(at as usize).map(|node| format!("node/{} ({address})", node.name))
            }
            Endpoint::Address(_) => None,
        };
        let kind = if matches!(member, Endpoint::Node(_)) { PartyKind::Node } else { PartyKind::Pod };
        return party(name.unwrap_or_else(|| address.to_string()), kind, vec![member]);
    }
    let serves = |service: &&crate::cluster::Service| service.addresses.contains(&address);
    if let Some(found) = cluster.services.iter().find(serves)
        && let Ok(mut party) = service(&found.namespace, &found.name, cluster)
    {
        party.name = format!("{} ({address})", party.name);
        return party;
    }
    Party {
        name: address.to_string(),
        kind: PartyKind::Address,
        members: Vec::new(),
        outside: [(address, address)].into_iter().collect(),
        named: None,
    }
}
