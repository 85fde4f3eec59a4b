//! A container that listens on a port once kept for root.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "privileged-port",
        title: "container listens on a port below 1024",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("privileged_port.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        for port in container.get("ports").items() {
            let at = port.get("containerPort");
            match at.int() {
                Some(number @ 1..1024) => {
                    out.fail(&at, format!("{container} listens on port {number}, below 1024"));
                }
                _ => out.pass(&at),
            }
        }
    }
}
