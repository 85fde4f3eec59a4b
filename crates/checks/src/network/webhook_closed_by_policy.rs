//! A webhook that the API server cannot reach.

use ironsides_core::Inventory;
use ironsides_network::cluster::{Pod, TargetPort};
use ironsides_network::{Action, Direction, Lowered, Match, Matcher, Origin, Protocol, Traffic, View};

use super::model::Network;
use super::{LOOKED_UP, SERVICE};
use crate::prelude::*;

/// What names webhooks.
const WEBHOOKS: &[(&str, &str)] = &[
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-closed-by-policy",
        title: "network policies keep the API server from a webhook",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("webhook_closed_by_policy.md"),
    },
    run: Run::Together { judges: WEBHOOKS, needs: SERVICE, welcomes: LOOKED_UP, run },
};

fn run(configuration: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let lowered = network.lowered();
    for webhook in configuration.cursor().get("webhooks").items() {
        let service = webhook.at(&["clientConfig", "service"]);
        let (Some(name), Some(namespace)) = (service.get("name").str(), service.get("namespace").str())
        else {
            continue;
        };
        let Some(found) = network.cluster.service(namespace, name) else { continue };
        let port = service.get("port").int().unwrap_or(443);
        let Some(port) = found.ports.iter().find(|own| i64::from(own.port) == port) else { continue };
        let behind = || network.cluster.pods.iter().zip(&lowered.pods).filter(|(pod, _)| found.selects(pod));
        let closed = |(pod, view): (&Pod, &View)| {
            let number = match &port.target {
                TargetPort::Number(number) => Some(*number),
                TargetPort::Name(name) => pod.port_named(name, Protocol::Tcp),
            };
            !pod.host_network && number.is_some_and(|number| is_closed(lowered, view, Traffic::tcp(number)))
        };
        let mut seen = behind()
            .filter_map(|(pod, sight)| Some((pod, lowered.views.get(sight.remote.index())?)))
            .peekable();
        if seen.peek().is_none() || !seen.all(closed) {
            out.pass(&service);
            continue;
        }
        let message = format!(
            "network policies let only pods to {namespace}/{name}, and the API server is none: its requests run into the \
             time limit"
        );
        out.fail(&service, message).confidence(Confidence::Medium);
    }
}

/// Whether policies close a pod, and none of them lets in anything but pods at a port.
fn is_closed(lowered: &Lowered, pod: &View, traffic: Traffic) -> bool {
    let of_pod = || {
        let of_pod = |rule: &&ironsides_network::Rule| {
            rule.direction == Direction::Ingress && rule.subject.matches(pod) == Match::Yes
        };
        lowered.rules.iter().filter(of_pod)
    };
    let lets_others = |rule: &ironsides_network::Rule| {
        matches!(rule.origin, Origin::Policy(..))
            && rule.action == Action::Allow
            && rule
                .ports
                .as_ref()
                .is_none_or(|ports| ports.iter().any(|port| port.matches(traffic, &pod.ports)))
            && beyond_pods(&rule.peers, lowered)
    };
    of_pod().any(|rule| matches!(rule.origin, Origin::Default(_))) && !of_pod().any(lets_others)
}

/// Whether peers are more than pods by their labels: everyone, blocks, nodes, entities.
fn beyond_pods(peers: &Matcher, lowered: &Lowered) -> bool {
    let reserved = |conjunct: &ironsides_network::Conjunct| {
        let mut keys = conjunct.requirements.iter().map(|requirement| lowered.symbols.text(requirement.key));
        keys.any(|key| key.starts_with("reserved:"))
    };
    peers.0.iter().any(|conjunct| {
        conjunct.requirements.is_empty() || conjunct.addresses.is_some() || reserved(conjunct)
    })
}
