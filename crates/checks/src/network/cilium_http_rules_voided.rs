//! HTTP rules that another rule of the policy makes void.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::{Entity, Peers, Port, Requirement, Rule};

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-rules-voided",
        title: "Cilium policy allows the port without its HTTP rules too",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_rules_voided.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for spec in &read.specs {
        for (rule, ports) in spec.rules.iter().filter(|rule| !rule.deny).filter_map(with_http) {
            let voids = |other: &&Rule| {
                !other.deny
                    && other.direction == rule.direction
                    && as_wide(other, rule)
                    && ports.iter().any(|port| takes(other, port))
            };
            let Some(other) = spec.rules.iter().filter(|other| *other != rule).find(voids) else { continue };
            fine = false;
            let message = format!(
                "{} allows the same peers this port without HTTP rules, so every request passes",
                other.place.path
            );
            out.fail(&at(policy, &format!("{}.toPorts", rule.place.path)), message);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// The ports of a rule that have HTTP rules.
fn with_http(rule: &Rule) -> Option<(&Rule, Vec<&Port>)> {
    let asks = |ports: &&ironsides_network::kinds::cilium::PortRule| {
        ports.rules.as_ref().is_some_and(|rules| rules.http.as_ref().is_some_and(|http| !http.is_empty()))
    };
    let ports: Vec<&Port> =
        rule.ports.iter().flatten().filter(asks).flat_map(|rule| rule.ports.iter().flatten()).collect();
    (!ports.is_empty()).then_some((rule, ports))
}

/// Whether a rule takes all peers of another: it names the same, or none at all.
fn as_wide(wide: &Rule, narrow: &Rule) -> bool {
    wide.peers == Peers::default()
        || plain(&wide.peers).is_some_and(|peers| Some(peers) == plain(&narrow.peers))
}

/// Peers that are endpoints and entities alone, apart from where they are written.
fn plain(peers: &Peers) -> Option<(Vec<&[Requirement]>, &[Entity])> {
    let selectors = peers.endpoints.iter().flatten();
    let rest = Peers { endpoints: None, entities: None, ..peers.clone() };
    let endpoints = selectors.map(|selector| selector.requirements.as_slice()).collect();
    (rest == Peers::default()).then(|| (endpoints, peers.entities.as_deref().unwrap_or_default()))
}

/// Whether a rule takes a port and asks nothing of requests.
fn takes(rule: &Rule, port: &Port) -> bool {
    let Some(rules) = &rule.ports else { return rule.icmps.is_none() };
    let plain = rules
        .iter()
        .filter(|rule| rule.rules.as_ref().is_none_or(|rules| rules.http.as_ref().is_none_or(Vec::is_empty)));
    plain.flat_map(|rule| rule.ports.iter().flatten()).any(|other| {
        (other.port == port.port || other.port == "0")
            && [port.protocol(), "ANY".into()].contains(&other.protocol())
    })
}
