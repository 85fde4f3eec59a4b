//! A rule for DNS that leads to no DNS server.

use ironsides_core::Inventory;
use ironsides_network::cluster::{Behind, Endpoint, Pod};
use ironsides_network::kinds::network_policy::{NetworkPolicy, PortNumbers};
use ironsides_network::{Direction, Protocol, Traffic, Verdict, decide};

use super::model::{Network, at, namespace_of, rules};
use super::{ANY_POLICY, POLICY, SERVICE};
use crate::prelude::*;

/// Labels by which the DNS servers of a cluster are known.
const SERVERS: [(&str, &str); 3] =
    [("k8s-app", "kube-dns"), ("k8s-app", "coredns"), ("app.kubernetes.io/name", "coredns")];

/// Who answers, and whatever policy lets pods ask.
const WELCOMES: &[(&str, &str)] = &[
    ANY_POD,
    SERVICE[0],
    ("", "Namespace"),
    ANY_POLICY[2],
    ANY_POLICY[3],
    ANY_POLICY[4],
    ANY_POLICY[5],
    ANY_POLICY[6],
    ANY_POLICY[7],
    ANY_POLICY[8],
];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dns-pods-unreachable",
        title: "network policy allows DNS and does not reach the DNS pods",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("dns_pods_unreachable.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: WELCOMES, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let Some(path) = rule_for_names(read) else {
        return out.not_applicable("it has no rule for DNS");
    };
    let pods = || (0u32..).zip(&network.cluster.pods);
    let is = |pod: &Pod, (key, value): (&str, &str)| pod.labels.get(key).is_some_and(|label| label == value);
    let local = |pod: &Pod| is(pod, ("k8s-app", "node-local-dns"));
    let mut servers = pods().filter(|(_, pod)| SERVERS.into_iter().any(|label| is(pod, label))).peekable();
    if servers.peek().is_none() || pods().any(|(_, pod)| local(pod)) {
        return out
            .not_applicable("the DNS pods are not among what was read, or nodes have caches of their own");
    }
    let selected = |pod: &&Pod| {
        !pod.host_network && pod.namespace == namespace_of(read) && read.pod_selector.selects(&pod.labels)
    };
    let Some((from, pod)) = pods().find(|(_, pod)| selected(pod)) else {
        return out.not_applicable("it selects no pod of the input");
    };
    let reaches = |(to, server): (u32, &Pod)| asks(&network, from, to, port_of(&network, to, server));
    if servers.any(reaches) {
        return out.pass(&at(policy, &path));
    }
    let message = format!(
        "this rule is for DNS, and {} {}/{} may not ask the DNS pods of the cluster over UDP",
        pod.workload_kind, pod.namespace, pod.workload
    );
    out.fail(&at(policy, &path), message);
}

/// The place of the first rule that names port 53.
fn rule_for_names(read: &NetworkPolicy) -> Option<String> {
    let names = |rule: &&ironsides_network::kinds::network_policy::Rule| {
        rule.ports.iter().any(|port| match &port.port {
            Some(PortNumbers::Range(first, last)) => (*first, *last) == (53, 53),
            Some(PortNumbers::Name(name)) => name.starts_with("dns"),
            None => false,
        })
    };
    rules(read, Direction::Egress).iter().find(names).map(|rule| rule.place.path.to_string())
}

/// The port at which a DNS pod is asked: that to which its Service leads.
fn port_of(network: &Network, at: u32, server: &Pod) -> u16 {
    let services = network.cluster.services.iter().filter(|service| service.selects(server));
    let ports = services.flat_map(|service| &service.ports);
    let mut dns = ports.filter(|port| port.port == 53 && port.protocol == Protocol::Udp);
    let behind = Behind { who: Endpoint::Pod(at), written: None };
    dns.find_map(|port| network.cluster.served(&behind, port)).unwrap_or(53)
}

/// Whether one pod may send to a port of another over UDP, or nobody can tell.
fn asks(network: &Network, from: u32, to: u32, port: u16) -> bool {
    let lowered = network.lowered();
    let view =
        |at: u32| lowered.pods.get(at as usize).and_then(|sight| lowered.views.get(sight.remote.index()));
    let (Some(subject), Some(peer)) = (view(from), view(to)) else { return true };
    let traffic = Traffic { protocol: Protocol::Udp, port };
    decide(&lowered.rules, Direction::Egress, subject, peer, traffic).verdict != Verdict::Deny
}
