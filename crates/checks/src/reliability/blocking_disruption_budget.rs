//! A budget that lets nobody empty a node.

use super::amount::Amount;
use super::{BUDGETS, amount};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "blocking-disruption-budget",
        title: "disruption budget lets no pod be evicted",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("blocking_disruption_budget.md"),
    },
    run: Run::Kinds(BUDGETS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let spec = object.cursor().get("spec");
    let (most, least) = (spec.get("maxUnavailable"), spec.get("minAvailable"));
    match amount(&most) {
        Some(Amount::Count(0) | Amount::Percent(0)) => {
            out.fail(&most, "no pod may be evicted (maxUnavailable is 0)");
            return;
        }
        Some(_) => out.pass(&most),
        None => {}
    }
    match amount(&least) {
        Some(Amount::Percent(percent)) if percent >= 100 => {
            out.fail(&least, format!("no pod may be evicted (minAvailable is {percent}%)"));
        }
        _ => out.pass(&least),
    }
}
