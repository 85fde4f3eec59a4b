//! A container that can change its own programs.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "writable-root-filesystem",
        title: "container can write to its root file system",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("writable_root_filesystem.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let at = container.security("readOnlyRootFilesystem");
        if at.is(true) {
            out.pass(&at);
            continue;
        }
        let draft = out.fail(&at, format!("{container} can write to its root file system"));
        draft.unsafe_fix(
            "set readOnlyRootFilesystem to true",
            "start it and let it do its usual work; where it writes (/tmp, caches, pid files) mount an emptyDir",
            || [set(&at, true)],
        );
        if !at.is_set() {
            draft.effective("false", "the default of readOnlyRootFilesystem");
        }
    }
}
