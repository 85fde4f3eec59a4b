//! A container that forbids privilege escalation and asks for what implies it.

use super::capability::added;
use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "contradictory-escalation-setting",
        title: "privilege escalation is forbidden and needed at once",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("contradictory_escalation_setting.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let at = container.security("allowPrivilegeEscalation");
        if !at.is(false) {
            out.pass(&at);
            continue;
        }
        let privileged = container.security("privileged");
        let admin = added(&container).find(|added| added.name == "SYS_ADMIN").map(|added| added.at);
        let (why, with) = match admin {
            _ if privileged.is(true) => ("is privileged", privileged),
            Some(admin) => ("adds SYS_ADMIN", admin),
            None => {
                out.pass(&at);
                continue;
            }
        };
        let message = format!("{container} forbids privilege escalation, but {why}");
        out.fail(&at, message).also(pod.object(), &with);
    }
}
