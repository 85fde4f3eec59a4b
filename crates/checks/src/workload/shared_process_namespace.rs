//! A pod whose containers see each other's processes.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "shared-process-namespace",
        title: "containers of the pod share one process namespace",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("shared_process_namespace.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let at = pod.spec().get("shareProcessNamespace");
    if at.is(true) {
        out.fail(&at, "the containers of the pod share one process namespace").unsafe_fix(
            "set shareProcessNamespace to false",
            "start it and send it the signals that other containers sent",
            || [set(&at, false)],
        );
    } else {
        out.pass(&at);
    }
}
