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

const SUMMARY: &str = "set allowPrivilegeEscalation to false";
const TRY: &str =
    "start it and let it run what it runs through sudo, su or programs with capabilities of their own";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let at = container.security("allowPrivilegeEscalation");
        // The server refuses `false` beside what overrules it.
        let edits = || {
            let privileged = container.security("privileged");
            let overruling = overruling(&container).map(|item| remove(&item));
            let mut edits: Vec<_> = overruling.collect();
            edits.extend(privileged.is(true).then(|| set(&privileged, false)));
            edits.push(set(&at, false));
            edits
        };
        match (at.bool(), overruled(&container)) {
            (Some(false), None) => out.pass(&at),
            (Some(false), Some(by)) => {
                out.fail(&at, format!("{container} sets allowPrivilegeEscalation to false, but also {by}"))
                    .effective("true", format!("{by} implies it; the server refuses the combination"))
                    .unsafe_fix(SUMMARY, TRY, edits);
            }
            (Some(true), _) => {
                out.fail(&at, format!("{container} allows privilege escalation"))
                    .unsafe_fix(SUMMARY, TRY, edits);
            }
            (None, Some(by)) => {
                out.fail(&at, format!("{container} allows privilege escalation"))
                    .effective("true", format!("{by} implies it"))
                    .unsafe_fix(SUMMARY, TRY, edits);
            }
            (None, None) => {
                out.fail(&at, format!("{container} does not set allowPrivilegeEscalation to false"))
                    .effective("true", "the default of allowPrivilegeEscalation")
                    .unsafe_fix(SUMMARY, TRY, edits);
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
    overruling(container).next().map(|_| "CAP_SYS_ADMIN")
}

/// The capabilities in that spelling.
fn overruling<'a>(container: &Container<'a>) -> impl Iterator<Item = Cursor<'a>> {
    let added = container.security("capabilities").get("add").items();
    added.filter(|item| item.str() == Some("CAP_SYS_ADMIN"))
}
