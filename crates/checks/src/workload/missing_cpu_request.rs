//! A container that no CPU time is set aside for.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-cpu-request",
        title: "container requests no CPU",
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
        out.fail(&at, format!("{container} requests no CPU"))
            .effective("0", "a LimitRange of the namespace may give a default as the pod is created")
            .confidence(resources::confidence(pod));
    }
}
