//! A pod that somebody put a debugging container into.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ephemeral-container",
        title: "pod holds a container for debugging",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("ephemeral_container.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let list = pod.spec().get("ephemeralContainers");
    let mut found = false;
    for container in pod.containers().filter(|container| container.kind == ContainerKind::Ephemeral) {
        let name = container.name();
        out.fail(&container.get("name"), format!("container \"{name}\" was put into the pod for debugging"));
        found = true;
    }
    if !found {
        out.pass(&list);
    }
}
