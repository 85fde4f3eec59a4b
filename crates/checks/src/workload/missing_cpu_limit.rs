//! A container that may use all CPUs of its node.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-cpu-limit",
        title: "container has no CPU limit",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_cpu_limit.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in resources::containers(pod) {
        if let Some(at) = resources::limit(&container, pod, "cpu") {
            out.pass(&at);
            continue;
        }
        let at = container.at.at(&["resources", "limits", "cpu"]);
        out.fail(&at, format!("{container} does not set resources.limits.cpu"))
            .effective("unlimited", "the default, unless a LimitRange of the namespace sets another")
            .confidence(resources::confidence(pod));
    }
}
