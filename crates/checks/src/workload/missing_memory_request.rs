//! A container that no memory is set aside for.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-memory-request",
        title: "container has no memory request",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_memory_request.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in resources::containers(pod) {
        if let Some(at) = resources::request(&container, pod, "memory") {
            out.pass(&at);
            continue;
        }
        let at = container.at.at(&["resources", "requests", "memory"]);
        out.fail(&at, format!("{container} does not set resources.requests.memory"))
            .effective("0", "the default, unless a LimitRange of the namespace sets another")
            .confidence(resources::confidence(pod));
    }
}
