//! A volume that is a path of the node.

use super::host_path::volumes;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-path-volume",
        title: "volume exposes a path of the node",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_path_volume.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for volume in volumes(pod) {
        out.fail(
            &volume.at,
            format!("volume \"{}\" exposes the node's path \"{}\"", volume.name, volume.written),
        );
    }
    for volume in pod.spec().get("volumes").items().filter(|volume| !volume.get("hostPath").is_set()) {
        out.pass(&volume);
    }
}
