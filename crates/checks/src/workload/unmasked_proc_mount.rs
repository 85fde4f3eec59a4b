//! A container that sees `/proc` without its masks.

use super::security_context::{on_windows, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unmasked-proc-mount",
        title: "container sees /proc unmasked",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("unmasked_proc_mount.md"),
    },
    run: Run::Pod(run),
};

const SUMMARY: &str = "set procMount to Default";
const TRY: &str = "start it and let it run what it runs in containers of its own";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let own_users = own_users(pod);
    for container in pod.containers() {
        let at = container.security("procMount");
        match (at.str(), &own_users) {
            (None | Some("Default"), _) => out.pass(&at),
            (Some("Unmasked"), Some(own_users)) => {
                out.fail(&at, format!("{container} sees /proc unmasked within the pod's user namespace"))
                    .severity(Severity::Low)
                    .unsafe_fix(SUMMARY, TRY, || [set(&at, "Default")])
                    .also(pod.object(), own_users);
            }
            (Some("Unmasked"), None) => {
                out.fail(&at, format!("{container} sees /proc unmasked"))
                    .unsafe_fix(SUMMARY, TRY, || [set(&at, "Default")]);
            }
            (Some(other), _) => {
                out.fail(
                    &at,
                    format!(
                        "{container} sets procMount to \"{other}\", which is neither Default nor Unmasked"
                    ),
                )
                .safe_fix(SUMMARY, || [set(&at, "Default")]);
            }
        }
    }
}
