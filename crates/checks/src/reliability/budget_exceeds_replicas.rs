//! A budget that no eviction can keep to.

use ironsides_core::Inventory;

use super::budget::{amount, selected};
use super::{BUDGETS, REPLICATED};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "budget-exceeds-replicas",
        title: "disruption budget wants more pods than there are",
        severity: Severity::Medium,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("budget_exceeds_replicas.md"),
    },
    run: Run::Together { judges: BUDGETS, needs: REPLICATED, welcomes: &[], run },
};

fn run(budget: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = budget.cursor().at(&["spec", "minAvailable"]);
    let Some(wanted) = at.int() else { return out.pass(&at) };
    let templates = out.templates();
    let (mut pods, mut seen) = (0, None);
    for object in selected(budget, inventory, templates) {
        // Only what says how many pods it has can be counted.
        let (Some(count), true) =
            (amount(object), REPLICATED.iter().any(|(_, kind)| *kind == &*object.reference().kind))
        else {
            return out.not_applicable("how many pods it selects is not written");
        };
        pods += count;
        seen = Some(object);
    }
    match seen {
        Some(object) if wanted >= pods && pods > 0 => {
            let message = format!("minAvailable {wanted} of {pods} pods lets none be evicted");
            out.fail(&at, message).also(object, &object.cursor().at(&["spec", "replicas"]));
        }
        _ => out.pass(&at),
    }
}
