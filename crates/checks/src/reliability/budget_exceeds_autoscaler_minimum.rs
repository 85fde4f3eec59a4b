//! A budget and an autoscaler that do not agree.

use ironsides_core::Inventory;

use super::budget::{Scalers, selected};
use super::{BUDGETS, REPLICATED};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "budget-exceeds-autoscaler-minimum",
        title: "disruption budget wants more pods than the autoscaler keeps",
        severity: Severity::Medium,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("budget_exceeds_autoscaler_minimum.md"),
    },
    run: Run::Together {
        judges: BUDGETS,
        needs: &[("autoscaling", "HorizontalPodAutoscaler")],
        welcomes: REPLICATED,
        run,
    },
};

fn run(budget: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = budget.cursor().at(&["spec", "minAvailable"]);
    if !at.is_set() {
        return out.pass(&at);
    }
    let percent = at.str().and_then(|text| text.strip_suffix('%')).and_then(|text| text.parse::<i64>().ok());
    let templates = out.templates();
    let scalers = Scalers::of(inventory);
    for object in selected(budget, inventory, templates) {
        for scaler in scalers.of_target(object, inventory) {
            let minimum = scaler.cursor().at(&["spec", "minReplicas"]);
            let least = minimum.int().unwrap_or(1);
            // Of a share the next whole number counts.
            let wanted = at.int().or_else(|| percent.map(|percent| (least * percent + 99) / 100));
            let Some(wanted) = wanted.filter(|wanted| *wanted >= least && minimum.is_set()) else { continue };
            let message = format!("minAvailable is {wanted}, and the autoscaler goes down to {least} pods");
            out.fail(&at, message).also(scaler, &minimum);
            return;
        }
    }
    out.pass(&at);
}
