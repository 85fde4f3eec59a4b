//! A volume on the disk of the node that may grow without end.

use super::resources;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unbounded-scratch-volume",
        title: "scratch volume may fill the disk of the node",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("unbounded_scratch_volume.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for volume in pod.spec().get("volumes").items() {
        let at = volume.get("emptyDir");
        let in_memory = at.get("medium").str() == Some("Memory");
        if !at.is_set() || in_memory {
            continue;
        }
        let bounded = resources::containers(pod)
            .all(|container| resources::limit(&container, pod, "ephemeral-storage").is_some());
        if at.get("sizeLimit").is_set() || bounded {
            out.pass(&at);
            continue;
        }
        let name = volume.get("name").str().unwrap_or_default();
        out.fail(&at, format!("emptyDir volume \"{name}\" has no sizeLimit"));
    }
}
