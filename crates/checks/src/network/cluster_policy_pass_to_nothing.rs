//! A Pass behind which nobody decides.

use ironsides_core::Inventory;
use ironsides_network::kinds::cluster_network_policy::Action as Written;
use ironsides_network::{Action, Lowered, Origin, Rule};

use super::model::{Network, at, certain};
use super::{CLUSTER_POLICY, POLICIES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-policy-pass-to-nothing",
        title: "cluster network policy passes traffic on to nobody",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("cluster_policy_pass_to_nothing.md"),
    },
    run: Run::Together { judges: CLUSTER_POLICY, needs: &[], welcomes: POLICIES, run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cluster_policy(inventory, policy) else { return };
    let lowered = network.lowered();
    let mut fine = true;
    for rule in read.rules.iter().filter(|rule| rule.action == Written::Pass) {
        let is_own = |own: &&Rule| matches!(&own.origin, Origin::Policy(_, place) if *place == rule.place);
        let passes = |own: &&Rule| matches!(own.action, Action::Pass(_));
        let Some(own) = lowered.rules.iter().filter(is_own).find(passes) else { continue };
        if goes_on(lowered, own) {
            continue;
        }
        fine = false;
        let message = format!(
            "no policy behind tier {:?} denies any of this {}, so Pass lets it through",
            read.tier,
            own.direction.field()
        );
        out.fail(&at(policy, &rule.place.path), message).confidence(Confidence::Medium);
    }
    if fine {
        out.pass(&policy.cursor().get("spec"));
    }
}

/// Whether a rule behind one that passes may deny some of what it takes.
fn goes_on(lowered: &Lowered, pass: &Rule) -> bool {
    let Action::Pass(to) = pass.action else { return true };
    lowered.rules.iter().any(|rule| {
        rule.rank >= to
            && rule.direction == pass.direction
            && matches!(rule.action, Action::Deny | Action::Break)
            && !matches!(rule.origin, Origin::Plugin(_))
            && rule.subject.meets(&pass.subject)
            && certain(&rule.peers).meets(&certain(&pass.peers))
    })
}
