//! A direction with denials alone.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cilium::Spec;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-denial-locks",
        title: "Cilium policy that only denies closes everything else too",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_denial_locks.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for spec in &read.specs {
        for direction in Direction::ALL {
            if !only_denies(spec, direction) {
                continue;
            }
            let allows =
                |other: &Spec| other.subject == spec.subject && other.of(direction).any(|rule| !rule.deny);
            if network.policies.cilium.iter().flat_map(|policy| &policy.specs).any(allows) {
                continue;
            }
            fine = false;
            let field = direction.field();
            let message = format!(
                "it only denies {field}, and by default that closes all other {field} of these pods too: set \
                 enableDefaultDeny.{field} to false, or allow the rest"
            );
            out.fail(&at(policy, &format!("{}.{field}Deny", spec.place.path)), message)
                .confidence(Confidence::Medium);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// Whether a spec denies some traffic of a direction, allows none, and leaves the default to Cilium.
fn only_denies(spec: &Spec, direction: Direction) -> bool {
    spec.default_deny.of(direction).is_none()
        && spec.of(direction).next().is_some()
        && spec.of(direction).all(|rule| rule.deny)
}
