//! A rule for what another one denies.

use ironsides_core::Inventory;
use ironsides_network::{Action, Lowered, Origin, Rule};

use super::model::{Network, at, certain};
use super::{CILIUM_POLICY, POLICIES, POLICY};
use crate::prelude::*;

/// The kinds that are judged.
const JUDGED: &[(&str, &str)] = &[POLICY[0], POLICY[1], CILIUM_POLICY[0], CILIUM_POLICY[1]];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-rule-denied",
        title: "network policy allows what a denial takes before",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_rule_denied.md"),
    },
    run: Run::Together { judges: JUDGED, needs: &[], welcomes: POLICIES, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let (lowered, document) =
        match (network.network_policy(inventory, policy), network.cilium_policy(inventory, policy)) {
            (Some(read), _) => (network.lowered(), read.place.document),
            (_, Some(read)) => (network.of_cilium(), read.place.document),
            _ => return,
        };
    let denials: Vec<&Rule> = lowered.rules.iter().filter(|rule| rule.action == Action::Deny).collect();
    let mut told: Vec<&str> = Vec::new();
    for rule in lowered.rules.iter().filter(|rule| rule.action == Action::Allow) {
        let Origin::Policy(_, place) = &rule.origin else { continue };
        if place.document != document || told.contains(&&*place.path) || place.path.contains(".toPorts[") {
            continue;
        }
        let Some(denial) = denials.iter().find(|denial| denies(lowered, denial, rule)) else { continue };
        let Origin::Policy(by, by_place) = &denial.origin else { continue };
        let Some(name) = lowered.policies.get(*by as usize) else { continue };
        told.push(&place.path);
        let message = format!("{name}, {} denies all of it, and is asked before", by_place.path);
        let finding = out.fail(&at(policy, &place.path), message);
        if let Some(object) = inventory.objects().get(by_place.document as usize) {
            finding.also(object, &at(object, &by_place.path));
        }
    }
    if told.is_empty() {
        out.pass(&policy.cursor());
    }
}

/// Whether a denial takes all that a rule takes, and nothing before it lets any of it through.
fn denies(lowered: &Lowered, denial: &Rule, rule: &Rule) -> bool {
    let written = matches!(denial.origin, Origin::Policy(..));
    let ports = match (&denial.ports, &rule.ports) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.iter().all(|port| wide.iter().any(|own| own.covers(port))),
    };
    let covers = || {
        denial.subject.covers(&lowered.completed(&rule.subject))
            && certain(&denial.peers).covers(&lowered.completed(&certain(&rule.peers)))
    };
    let spares = |before: &Rule| {
        before.rank < denial.rank
            && before.direction == rule.direction
            && matches!(before.action, Action::Allow | Action::Pass(_))
            && before.subject.meets(&rule.subject)
            && before.peers.meets(&rule.peers)
    };
    written
        && ports
        && denial.direction == rule.direction
        && denial.rank <= rule.rank
        && covers()
        && !lowered.rules.iter().any(spares)
}
