//! A mount through which a container's own mounts reach the node.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "mount-propagation",
        title: "container's mounts propagate to the node",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("mount_propagation.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        for mount in container.get("volumeMounts").items() {
            let at = mount.get("mountPropagation");
            if at.str() == Some("Bidirectional") {
                let volume = mount.get("name").str().unwrap_or_default();
                out.fail(
                    &at,
                    format!("{container} mounts volume \"{volume}\" with Bidirectional propagation"),
                )
                .unsafe_fix(
                    "set mountPropagation to HostToContainer",
                    "let it mount something and look whether anybody outside needs to see it",
                    || [set(&at, "HostToContainer")],
                );
            } else {
                out.pass(&at);
            }
        }
    }
}
