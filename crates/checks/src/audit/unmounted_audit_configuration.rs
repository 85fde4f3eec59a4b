//! Files that the API server cannot find.

use super::mounts::mount;
use super::server::each;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unmounted-audit-configuration",
        title: "audit configuration is not mounted",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("unmounted_audit_configuration.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, container, out| {
        for flag in ["audit-policy-file", "audit-webhook-config-file"] {
            let Ok(Some(path)) = server.text(flag, out) else { continue };
            if mount(pod, container, &path).is_none() {
                let message = format!("--{flag} is \"{path}\", which no volume of {container} holds");
                server.fail(flag, message, out);
            } else {
                server.pass(flag, out);
            }
        }
    });
}
