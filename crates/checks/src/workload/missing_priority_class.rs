//! A pod of no particular priority.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-priority-class",
        title: "pod has no priority class",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_priority_class.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.spec().get("priorityClassName");
    let is_named = at.str().is_some_and(|name| !name.is_empty());
    if is_named || pod.spec().get("priority").is_set() {
        return out.pass(&at);
    }
    out.fail(&at, "the pod does not set priorityClassName")
        .effective("0", "the default, unless a PriorityClass of the cluster is marked globalDefault")
        .confidence(Confidence::Medium);
}
