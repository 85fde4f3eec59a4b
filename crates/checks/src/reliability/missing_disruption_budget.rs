//! A workload that may lose all of its pods at once.

use ironsides_core::Inventory;

use super::budget::Budgets;
use super::{BUDGETS, REPLICATED};
use crate::gathered::{among, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-disruption-budget",
        title: "no disruption budget selects the workload",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("missing_disruption_budget.md"),
    },
    run: Run::Together { judges: REPLICATED, needs: &[], welcomes: BUDGETS, run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = object.cursor().at(&["metadata", "name"]);
    if Budgets::of(inventory).select(object, inventory).next().is_some() {
        return out.pass(&at);
    }
    let replicas = object.cursor().at(&["spec", "replicas"]);
    let count = replicas.int().unwrap_or(1);
    if replicas.is_set() && count == 0 {
        return out.not_applicable("the workload has no pods");
    }
    let message = format!("no PodDisruptionBudget {} selects the pods", among(inventory));
    let finding = out.fail(&at, message);
    finding.confidence(sure(inventory, Confidence::Medium));
    // A single pod is gone whenever its node is emptied, with a budget or without.
    if count < 2 {
        finding.severity(Severity::Info);
    }
}
