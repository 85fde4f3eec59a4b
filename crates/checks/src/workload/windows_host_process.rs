//! A Windows container that is no container.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "windows-host-process",
        title: "container runs as a process on the Windows node",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("windows_host_process.md"),
    },
    run: Run::Pod(run),
};

const SUMMARY: &str = "set hostProcess to false";
const TRY: &str = "start it and look for what of the node it misses: files, services, the network";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let of_pod = pod.security("windowsOptions").get("hostProcess");
    if of_pod.is(true) {
        // The server takes no mixture, so this speaks for every container.
        out.fail(&of_pod, "all containers of the pod run as processes on the Windows node").unsafe_fix(
            SUMMARY,
            TRY,
            || [set(&of_pod, false)],
        );
    } else {
        out.pass(&of_pod);
    }
    for container in pod.containers() {
        let at = container.security("windowsOptions").get("hostProcess");
        if at.is(true) {
            out.fail(&at, format!("{container} runs as a process on the Windows node")).unsafe_fix(
                SUMMARY,
                TRY,
                || [set(&at, false)],
            );
        } else {
            out.pass(&at);
        }
    }
}
