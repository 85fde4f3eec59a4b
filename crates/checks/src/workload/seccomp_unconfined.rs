//! A container that asks for no system call filter.

use super::security_context::{note_inherited, on_windows};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "seccomp-unconfined",
        title: "container disables seccomp",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("seccomp_unconfined.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let at = container.effective(pod, "seccompProfile").get("type");
        let draft = match at.str() {
            Some("RuntimeDefault" | "Localhost") => {
                out.pass(&at);
                continue;
            }
            Some("Unconfined") => out.fail(&at, format!("{container} runs without seccomp")),
            Some(other) => out.fail(
                &at,
                format!("{container} sets seccompProfile.type to \"{other}\", which is not a type"),
            ),
            None => continue, // seccomp-unset says so.
        };
        draft.unsafe_fix(
            "set seccompProfile.type to RuntimeDefault",
            "let it do its usual work and look for system calls that are not permitted",
            || [set(&at, "RuntimeDefault")],
        );
        note_inherited(draft, &container, "seccompProfile", at.str().unwrap_or_default().to_owned());
    }
}
