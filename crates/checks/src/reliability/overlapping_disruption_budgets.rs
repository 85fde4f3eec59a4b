//! Pods with more than one budget.

use ironsides_core::Inventory;

use super::budget::Budgets;
use super::{BUDGETS, REPLICATED};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "overlapping-disruption-budgets",
        title: "two disruption budgets select the same pods",
        severity: Severity::Medium,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("overlapping_disruption_budgets.md"),
    },
    run: Run::Together { judges: REPLICATED, needs: BUDGETS, welcomes: &[], run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = object.cursor().at(&["metadata", "name"]);
    let budgets = Budgets::of(inventory);
    let mut first: Option<&Object> = None;
    for budget in budgets.select(object, inventory) {
        match first {
            None => first = Some(budget),
            // Overlays write the same budget more than once.
            Some(known) if known.reference().name == budget.reference().name => {}
            Some(known) => {
                let names = (&known.reference().name, &budget.reference().name);
                let message = format!("budgets \"{}\" and \"{}\" select the same pods", names.0, names.1);
                let place = |budget| Object::cursor(budget).at(&["spec", "selector"]);
                out.fail(&at, message).also(known, &place(known)).also(budget, &place(budget));
                return;
            }
        }
    }
    out.pass(&at);
}
