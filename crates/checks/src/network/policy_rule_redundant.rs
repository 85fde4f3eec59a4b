//! A rule that changes nothing.

use ironsides_core::Inventory;
use ironsides_network::{Action, Origin, Place, Rule};

use super::model::{Network, at, certain};
use super::{CILIUM_POLICY, POLICY};
use crate::prelude::*;

/// The kinds that are judged.
const JUDGED: &[(&str, &str)] = &[POLICY[0], POLICY[1], CILIUM_POLICY[0], CILIUM_POLICY[1]];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-rule-redundant",
        title: "network policy has a rule that another one makes needless",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_rule_redundant.md"),
    },
    run: Run::Together { judges: JUDGED, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let of_cilium = network.cilium_policy(inventory, policy);
    let (lowered, document) = match (network.network_policy(inventory, policy), of_cilium) {
        (Some(read), _) => (network.of_kubernetes(), read.place.document),
        (_, Some(read)) => (network.of_cilium(), read.place.document),
        _ => return,
    };
    let own = network.allows(document, of_cilium.is_some());
    let rules = || own.iter().filter_map(|&at| Some((at, lowered.rules.get(at as usize)?)));
    let mut told: Vec<&str> = Vec::new();
    for (number, rule) in rules().filter(|(_, rule)| is_simple(rule)) {
        let Some(place) = place(rule) else { continue };
        // Of a rule that became several, none is the whole.
        let parts = rules().filter(|(_, other)| self::place(other) == Some(place)).count();
        if parts > 1 {
            continue;
        }
        let makes_needless = |(at, other): &(u32, &Rule)| {
            *at != number
                && other.direction == rule.direction
                && is_simple(other)
                && self::place(other) != Some(place)
                && covers(other, rule)
                // Of two that say the same the later one is needless.
                && (*at < number || !covers(rule, other))
        };
        let Some((_, other)) = (0..).zip(&lowered.rules).find(makes_needless) else { continue };
        let Origin::Policy(by, by_place) = &other.origin else { continue };
        told.push(&place.path);
        let name = lowered.policies.get(*by as usize).filter(|_| by_place.document != document);
        let of = name.map(|name| format!("{name}, ")).unwrap_or_default();
        let message = format!("{of}{} lets all of it through already", by_place.path);
        let finding = out.fail(&at(policy, &place.path), message);
        let object = inventory.objects().get(by_place.document as usize);
        if let Some(object) = object.filter(|_| by_place.document != document) {
            finding.also(object, &at(object, &by_place.path));
        }
    }
    if told.is_empty() {
        out.pass(&policy.cursor());
    }
}

/// Where a rule is written.
fn place(rule: &Rule) -> Option<&Place> {
    if let Origin::Policy(_, place) = &rule.origin { Some(place) } else { None }
}

/// Whether a rule lets through what it takes, asks nothing of requests and of nobody who he is.
fn is_simple(rule: &Rule) -> bool {
    matches!(&rule.origin, Origin::Policy(_, place) if !place.path.contains(".toPorts["))
        && rule.action == Action::Allow
        && rule.proxy.is_none()
        && rule.authentication.is_none()
}

/// Whether a rule takes all that another takes, by what both ask.
fn covers(wide: &Rule, narrow: &Rule) -> bool {
    let ports = match (&wide.ports, &narrow.ports) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.iter().all(|port| wide.iter().any(|own| own.covers(port))),
    };
    ports
        && wide.rank == narrow.rank
        && wide.subject.covers(&narrow.subject)
        && certain(&wide.peers).covers(&certain(&narrow.peers))
}
