//! A budget for pods that are not there.

use ironsides_core::Inventory;

use super::BUDGETS;
use super::budget::selector;
use crate::gathered::{Pods, among, namespace, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "budget-selects-nothing",
        title: "disruption budget selects no pod of the input",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("budget_selects_nothing.md"),
    },
    run: Run::Together { judges: BUDGETS, needs: &[ANY_POD], welcomes: &[], run },
};

fn run(budget: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = budget.cursor().at(&["spec", "selector"]);
    let Some(selector) = selector(budget) else {
        out.fail(&at, "the budget has no selector that selects anything").definite();
        return;
    };
    let templates = out.templates();
    let pods = Pods::of(inventory, templates);
    if !pods.any_in(namespace(budget)) {
        return out.not_applicable("no pod of the namespace is in the input");
    }
    if pods.selected(namespace(budget), &selector).next().is_some() {
        out.pass(&at);
    } else {
        out.fail(&at, format!("selector matches the labels of no pod {}", among(inventory)))
            .confidence(sure(inventory, Confidence::Medium));
    }
}
