//! A subject that names a namespace that is not the one of the policy.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::Subject;
use ironsides_network::kinds::selector::Asked;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-subject-elsewhere",
        title: "Cilium policy selects pods of another namespace",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_subject_elsewhere.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let Some(own) = &read.name.namespace else {
        return out.not_applicable("a policy of the whole cluster selects in every namespace");
    };
    for spec in &read.specs {
        let Subject::Endpoints(selector) = &spec.subject else { continue };
        for requirement in &selector.requirements {
            let elsewhere = match &requirement.operator {
                Asked::In(values) => !values.contains(own),
                _ => false,
            };
            if requirement.key.name != "io.kubernetes.pod.namespace" || !elsewhere {
                continue;
            }
            fine = false;
            let message = format!(
                "a policy of namespace {own} selects pods of {own} alone: Cilium puts its own namespace in place of the one \
                 that is named"
            );
            out.fail(&at(policy, &selector.place.path), message);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
