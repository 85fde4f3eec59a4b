//! A pod or container that chooses an SELinux label beyond those of containers.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "selinux-options",
        title: "pod sets its own SELinux type, user or role",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("selinux_options.md"),
    },
    run: Run::Pod(run),
};

/// The types that Pod Security allows.
const TYPES: [&str; 4] = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    // The pod's options label its sandbox and volumes whether or not containers take them over.
    judge(&pod.security("seLinuxOptions"), "the pod", out);
    for container in pod.containers() {
        judge(&container.security("seLinuxOptions"), &container.to_string(), out);
    }
}

fn judge(options: &Cursor<'_>, who: &str, out: &mut Out<'_>) {
    for field in ["type", "user", "role"] {
        let at = options.get(field);
        let value = at.str().unwrap_or_default();
        if value.is_empty() || (field == "type" && TYPES.contains(&value)) {
            out.pass(&at);
        } else {
            out.fail(&at, format!("{who} sets the SELinux {field} to \"{value}\"")).unsafe_fix(
                format!("take the SELinux {field} away"),
                "start it on a node that enforces SELinux and look for its refusals in the audit log",
                || [remove(&at)],
            );
        }
    }
}
