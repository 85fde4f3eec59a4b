//! A backend that never gets an event.

use super::server::{KUBE_APISERVER, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-backend-without-policy",
        title: "API server has an audit backend and no policy",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_backend_without_policy.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    let Ok(policy) = server.text("audit-policy-file", out) else { return };
    if policy.is_some() {
        return server.pass("audit-policy-file", out);
    }
    for flag in ["audit-log-path", "audit-webhook-config-file"] {
        if let Ok(Some(_)) = server.text(flag, out) {
            let message = format!("--{flag} does nothing: without --audit-policy-file there are no events");
            server.fail(flag, message, out);
        }
    }
}
