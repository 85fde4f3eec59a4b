//! A policy for pods that are not there.

use ironsides_core::{Inventory, LabelSelector};

use super::POLICY;
use crate::gathered::{Pods, among, namespace, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "policy-selects-nothing",
        title: "network policy selects no pod of the input",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("policy_selects_nothing.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[ANY_POD], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().at(&["spec", "podSelector"]);
    let Ok(selector) = LabelSelector::read(&at) else { return out.pass(&at) };
    if selector.is_everything() {
        return out.pass(&at);
    }
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    if pods.selected(namespace(policy), &selector).next().is_some() {
        return out.pass(&at);
    }
    let message = format!("podSelector matches the labels of no pod {}", among(inventory));
    let finding = out.fail(&at, message);
    let known = pods.any_in(namespace(policy));
    finding.confidence(sure(inventory, if known { Confidence::Medium } else { Confidence::Low }));
}
