//! A policy of the whole cluster that locks everyone.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cilium::{Spec, Subject};

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-clusterwide-lock",
        title: "Cilium policy closes the egress of every pod, DNS with it",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_clusterwide_lock.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    if read.name.namespace.is_some() {
        return out.not_applicable("a policy of one namespace leaves the system's pods alone");
    }
    for spec in read.specs.iter().filter(|spec| locks_all(spec)) {
        let opens = |other: &Spec| {
            other.of(Direction::Egress).any(|rule| !rule.deny && (rule.ports.is_some() || has_peers(rule)))
        };
        let others = network.policies.cilium.iter().filter(|policy| policy.name.namespace.is_none());
        let resolved =
            others.flat_map(|policy| &policy.specs).filter(|other| other.subject == spec.subject).any(opens);
        if resolved {
            continue;
        }
        fine = false;
        let message = "it selects every pod of the cluster, closes all egress and allows none: names are no longer looked up, and \
                       CoreDNS itself is cut off";
        out.fail(&at(policy, &spec.place.path), message).confidence(Confidence::Medium);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// Whether a spec selects every pod and denies its egress by default.
fn locks_all(spec: &Spec) -> bool {
    let everyone = matches!(&spec.subject, Subject::Endpoints(selector) if selector.requirements.is_empty());
    everyone && spec.denies_by_default(Direction::Egress)
}

fn has_peers(rule: &ironsides_network::kinds::cilium::Rule) -> bool {
    rule.peers != ironsides_network::kinds::cilium::Peers::default()
}
