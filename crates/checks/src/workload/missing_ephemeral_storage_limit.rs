//! A container that may fill the disk of its node.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-ephemeral-storage-limit",
        title: "container may fill the disk of its node",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_ephemeral_storage_limit.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in resources::containers(pod) {
        if let Some(at) = resources::limit(&container, pod, "ephemeral-storage") {
            out.pass(&at);
            continue;
        }
        let at = container.at.at(&["resources", "limits", "ephemeral-storage"]);
        out.fail(&at, format!("{container} does not set resources.limits.ephemeral-storage"))
            .effective("unlimited", "the default, unless a LimitRange of the namespace sets another")
            .confidence(resources::confidence(pod));
    }
}
