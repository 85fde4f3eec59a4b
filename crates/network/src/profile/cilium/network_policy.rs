//! NetworkPolicy as Cilium reads it.

use std::sync::Arc;

use crate::kinds::network_policy::{NetworkPolicy, Peer, Rule};
use crate::matcher::Matcher;
use crate::place::Loss;
use crate::profile::cilium::lowering::{Guard, Lowering, Traffic, Writer, rank};
use crate::profile::cilium::ports;
use crate::profile::cilium::selector::Labels;
use crate::profile::spec::refused;
use crate::rule::{Action, Direction};

/// Adds the rules of a policy.
pub(super) fn lower(policy: &NetworkPolicy, lowering: &mut Lowering<'_>) {
    if let Some(problem) = refused(*lowering.options, &policy.name, &policy.refused) {
        return lowering.problem(&problem.place, problem.loss, problem.message);
    }
    let namespace = policy.name.namespace.as_deref().unwrap_or("default");
    let labels = Labels::kubernetes(&policy.pod_selector, "").in_namespace(namespace);
    let subject = lowering.pods(labels);
    let number = lowering.policy(&policy.name);
    let types = policy.policy_types.as_deref().unwrap_or_default();
    let says = |direction: Direction| types.contains(&direction);
    for (direction, rules) in [(Direction::Ingress, &policy.ingress), (Direction::Egress, &policy.egress)] {
        let rules = rules.as_deref().unwrap_or_default();
        // Rules count whatever `policyTypes` says.
        let closes = match direction {
            Direction::Ingress => !rules.is_empty() || says(Direction::Ingress) || !says(Direction::Egress),
            Direction::Egress => !rules.is_empty() || says(Direction::Egress),
        };
        if !closes {
            continue;
        }
        if !rules.is_empty() && !types.is_empty() && !says(direction) {
            let message =
                format!("policyTypes leave {} out, and Cilium enforces it all the same", direction.field());
            lowering.problem(&policy.place, Loss::Nothing, message);
        }
        let guard =
            Guard { policy: number, direction, subject: Arc::clone(&subject), closes: true, passes: false };
        lowering.guard(guard);
        for rule in rules {
            let writer = Writer {
                policy: number,
                place: rule.place.clone(),
                subject: Arc::clone(&subject),
                direction,
                rank: rank::NORMAL,
            };
            let peers = peers(rule, namespace, lowering);
            let ports = (!rule.ports.is_empty()).then(|| {
                rule.ports
                    .iter()
                    .flat_map(|port| ports::of_kubernetes(Some(port.protocol), port.port.as_ref()))
                    .collect()
            });
            lowering.write(&writer, Action::Allow, Arc::new(peers), Traffic { ports, ..Traffic::default() });
        }
    }
}

fn peers(rule: &Rule, namespace: &str, lowering: &mut Lowering<'_>) -> Matcher {
    if rule.peers.is_empty() {
        return Matcher::everybody();
    }
    Matcher(rule.peers.iter().flat_map(|peer| self::peer(peer, namespace, lowering)).collect())
}

fn peer(peer: &Peer, namespace: &str, lowering: &mut Lowering<'_>) -> Vec<crate::matcher::Conjunct> {
    if let Some(block) = &peer.ip_block {
        // Whatever stands beside it.
        return lowering.blocks.block(block.cidr, &block.except, &mut lowering.symbols);
    }
    let pods = peer.pod_selector.clone().unwrap_or_default();
    let pods = Labels::kubernetes(&pods, "").in_cluster();
    let labels = match &peer.namespace_selector {
        Some(selector) => Labels::namespaces(selector).and(pods),
        None => pods.in_namespace(namespace),
    };
    labels.conjuncts(&mut lowering.symbols)
}
