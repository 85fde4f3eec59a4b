//! A container that lets people in by SSH.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ssh-port",
        title: "container serves SSH",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("ssh_port.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for port in container.get("ports").items() {
            let at = port.get("containerPort");
            let is_tcp = port.get("protocol").str().is_none_or(|protocol| protocol == "TCP");
            if is_tcp && at.int() == Some(22) {
                out.fail(&at, format!("{container} listens on port 22, that of SSH"));
            } else {
                out.pass(&at);
            }
        }
    }
}
