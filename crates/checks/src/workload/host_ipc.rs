//! A pod without an IPC namespace of its own.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-ipc",
        title: "pod shares the node's IPC namespace",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_ipc.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let at = pod.spec().get("hostIPC");
    if at.is(true) {
        out.fail(&at, "the pod shares the node's IPC namespace").unsafe_fix(
            "set hostIPC to false",
            "start it beside what it shares memory with on the node",
            || [set(&at, false)],
        );
    } else {
        out.pass(&at);
    }
}
