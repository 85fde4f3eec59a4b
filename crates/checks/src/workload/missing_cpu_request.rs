//! A container that no CPU time is set aside for.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-cpu-request",
        title: "container has no CPU request",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_cpu_request.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in resources::containers(pod) {
        if let Some(at) = resources::request(&container, pod, "cpu") {
            out.pass(&at);
            continue;
        }
        let at = container.at.at(&["resources", "requests", "cpu"]);
        out.fail(&at, format!("{container} does not set resources.requests.cpu"))
            .effective("0", "the default, unless a LimitRange of the namespace sets another")
            .confidence(resources::confidence(pod));
    }
}
