//! A class that nobody brings.

use ironsides_core::Inventory;

use super::look_up_global;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-priority-class",
        title: "pod names a priority class that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_priority_class.md"),
    },
    run: Run::Together { judges: &[], needs: &[("scheduling.k8s.io", "PriorityClass")], welcomes: &[], run },
};

const KIND: (&str, &str) = ("scheduling.k8s.io", "PriorityClass");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let Some(pod) = Pod::of(object, out.templates()) else { return };
    let at = pod.spec().get("priorityClassName");
    if at.str().is_some_and(|name| !name.is_empty() && !name.starts_with("system-")) {
        if let Some(finding) = look_up_global(out, inventory, KIND, &at) {
            finding.confidence(Confidence::Medium);
        }
    } else {
        out.pass(&at);
    }
}
