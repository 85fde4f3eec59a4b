//! A persistent volume on the disk of a node.

use super::PERSISTENT_VOLUME;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-path-persistent-volume",
        title: "persistent volume is a path of the node",
        severity: Severity::High,
        family: "storage",
        since: "0.1.0",
        page: include_str!("host_path_persistent_volume.md"),
    },
    run: Run::Kinds(PERSISTENT_VOLUME, run),
};

fn run(volume: &Object, out: &mut Out<'_>) {
    let at = volume.cursor().at(&["spec", "hostPath", "path"]);
    match at.str() {
        Some(path) => {
            _ = out.fail(&at, format!("the volume is the path \"{path}\" of whatever node its pod is on"));
        }
        None => out.pass(&volume.cursor().get("spec")),
    }
}
