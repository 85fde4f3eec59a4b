//! A container whose processes may gain more privileges than they began with.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "privilege-escalation-allowed",
        title: "container allows privilege escalation",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("privilege_escalation_allowed.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let at = container.security("allowPrivilegeEscalation");
        match (at.bool(), overruled(&container)) {
            (Some(false), None) => out.pass(&at),
            (Some(false), Some(by)) => {
                out.fail(&at, format!("{container} sets allowPrivilegeEscalation to false, but also {by}"))
                    .effective("true", format!("{by} implies it; the server refuses the combination"));
            }
            (Some(true), _) => {
                out.fail(&at, format!("{container} allows privilege escalation"));
            }
            (None, Some(by)) => {
                out.fail(&at, format!("{container} allows privilege escalation"))
                    .effective("true", format!("{by} implies it"));
            }
            (None, None) => {
                out.fail(&at, format!("{container} does not set allowPrivilegeEscalation to false"))
                    .effective("true", "the default of allowPrivilegeEscalation");
            }
        }
    }
}

/// What makes `false` worthless. Only this spelling of the capability does: beside `SYS_ADMIN` the kubelet still
/// asks for `no_new_privs`.
fn overruled(container: &Container<'_>) -> Option<&'static str> {
    if container.security("privileged").is(true) {
        return Some("privileged: true");
    }
    let mut added = container.security("capabilities").get("add").items();
    added.any(|item| item.str() == Some("CAP_SYS_ADMIN")).then_some("CAP_SYS_ADMIN")
}
