//! A budget that counts pods which do not work.

use super::BUDGETS;
use crate::fixes::set;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "budget-keeps-broken-pods",
        title: "broken pods keep a node from being emptied",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("budget_keeps_broken_pods.md"),
    },
    run: Run::Kinds(BUDGETS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "unhealthyPodEvictionPolicy"]);
    match at.str().filter(|policy| !policy.is_empty()) {
        Some("AlwaysAllow") => out.pass(&at),
        written => {
            let draft =
                out.fail(&at, "pods that never became ready may not be evicted while the budget is used up");
            draft.unsafe_fix(
                "set unhealthyPodEvictionPolicy to AlwaysAllow",
                "evict a pod that is not ready, and see that no data is lost",
                || [set(&at, "AlwaysAllow")],
            );
            if written.is_none() {
                draft.effective("IfHealthyBudget", "the default of unhealthyPodEvictionPolicy");
            }
        }
    }
}
