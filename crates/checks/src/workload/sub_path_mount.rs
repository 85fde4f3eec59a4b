//! A container that mounts a part of a volume by path.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "sub-path-mount",
        title: "container mounts a sub-path of a volume",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("sub_path_mount.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for mount in container.get("volumeMounts").items() {
            let paths = ["subPath", "subPathExpr"].map(|field| mount.get(field));
            let written = paths.into_iter().find(|at| at.str().is_some_and(|path| !path.is_empty()));
            if let Some(at) = written {
                let volume = mount.get("name").str().unwrap_or_default();
                out.fail(&at, format!("{container} mounts a sub-path of volume \"{volume}\""));
            } else {
                out.pass(&mount.get("name"));
            }
        }
    }
}
