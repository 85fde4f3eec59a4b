//! A volume in memory that may grow to what the node has.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unbounded-memory-volume",
        title: "volume in memory may use all memory of the node",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("unbounded_memory_volume.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for volume in pod.spec().get("volumes").items() {
        let at = volume.get("emptyDir");
        let in_memory = at.get("medium").str() == Some("Memory");
        if !at.is_set() || !in_memory {
            continue;
        }
        let bounded =
            resources::containers(pod).all(|container| resources::limit(&container, pod, "memory").is_some());
        if at.get("sizeLimit").is_set() || bounded {
            out.pass(&at);
            continue;
        }
        let name = volume.get("name").str().unwrap_or_default();
        out.fail(&at, format!("emptyDir volume \"{name}\" in memory has no sizeLimit")).effective(
            "all memory that pods may use on the node",
            "without a limit on the memory of every container",
        );
    }
}
