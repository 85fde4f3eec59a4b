//! A container that can write a path of its node.

use super::host_path::mounted;
use crate::fixes::set;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "writable-host-path",
        title: "container can write a path of the node",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("writable_host_path.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (volume, mounts) in mounted(pod) {
        for mount in mounts {
            if mount.read_only {
                out.pass(&mount.at.get("readOnly"));
                continue;
            }
            let message = format!("{} can write the node's \"{}\"", mount.container, mount.path);
            let draft = out.fail(&mount.at.get("readOnly"), message);
            draft.also(pod.object(), &volume.at);
            if !mount.is_shallow() {
                draft.unsafe_fix(
                    "mount it read-only",
                    "start it and let it do what it writes there for",
                    || [set(&mount.at.get("readOnly"), true)],
                );
            }
            if mount.is_shallow() {
                draft.effective(
                    "what is mounted beneath stays writable",
                    "readOnly does not cover mounts beneath the path unless recursiveReadOnly is Enabled",
                );
            } else if !mount.at.get("readOnly").is_set() {
                draft.effective("false", "the default of readOnly");
            }
        }
    }
}
