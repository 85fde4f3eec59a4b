//! A container that names no system call filter.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "seccomp-unset",
        title: "container has no seccomp profile",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("seccomp_unset.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let profile = container.effective(pod, "seccompProfile");
        let at = profile.get("type");
        if at.is_set() {
            // seccomp-unconfined looks at which.
            out.pass(&at);
            continue;
        }
        let draft = out.fail(&profile, format!("{container} does not set seccompProfile"));
        // For the whole pod: only containers without a profile of their own take it over, and each of those is found.
        let own = container.security("seccompProfile");
        let holder = if own.is_set() { own } else { pod.security("seccompProfile") };
        draft.key(container.name()).unsafe_fix(
            "set seccompProfile.type to RuntimeDefault",
            "let it do its usual work and look for system calls that are not permitted",
            || [set(&holder.get("type"), "RuntimeDefault")],
        );
        if container.security("privileged").is(true) {
            draft.effective("Unconfined", "runtimes do not filter the system calls of privileged containers");
        } else {
            draft
                .effective("Unconfined", "the default, unless the kubelet runs with seccompDefault: true")
                .confidence(Confidence::Medium);
        }
    }
}
