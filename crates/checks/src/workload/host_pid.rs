//! A pod without a process namespace of its own.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-pid",
        title: "pod shares the node's process namespace",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_pid.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let at = pod.spec().get("hostPID");
    if at.is(true) {
        out.fail(&at, "the pod shares the node's process namespace").unsafe_fix(
            "set hostPID to false",
            "start it and look for processes of the node that it misses",
            || [set(&at, false)],
        );
    } else {
        out.pass(&at);
    }
}
