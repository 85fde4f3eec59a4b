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
        if policy.is_some() {
            return out.pass(server.at("audit-policy-file"));
        }
        for flag in ["audit-log-path", "audit-webhook-config-file"] {
            if let Ok(Some(_)) = server.text(flag, out) {
                let message =
                    format!("--{flag} does nothing: without --audit-policy-file there are no events");
                out.fail(server.at(flag), message).key(flag);
            }
        }
    });
}
