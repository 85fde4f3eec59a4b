//! A backend that never gets an event.

use super::server::each;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-backend-without-policy",
        title: "API server has an audit backend and no policy",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_backend_without_policy.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, out| {
        let Ok(policy) = server.text("audit-policy-file", out) else { return };
        for flag in ["audit-log-path", "audit-webhook-config-file"] {
            let at = server.at(flag);
            match server.text(flag, out) {
                Ok(Some(_)) if policy.is_none() => {
                    let message =
                        format!("--{flag} does nothing: without --audit-policy-file there are no events");
                    out.fail(at, message).key(flag);
                }
                Ok(Some(_)) => out.pass(at),
                _ => {}
            }
        }
    });
}
