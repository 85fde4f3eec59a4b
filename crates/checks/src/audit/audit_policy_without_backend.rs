//! Events that go nowhere.

use super::server::{KUBE_APISERVER, Log, Said, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-without-backend",
        title: "API server has an audit policy and nowhere to write",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_without_backend.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    let Ok(policy) = server.text("audit-policy-file", out) else { return };
    if policy.is_none() {
        return out.not_applicable("there is no audit policy");
    }
    let at = "audit-policy-file";
    let Ok(log) = server.log(out) else { return };
    if log != Log::Nowhere {
        return server.pass(at, out);
    }
    match server.text("audit-webhook-config-file", out) {
        Err(Said) => {}
        Ok(Some(_)) => server.pass(at, out),
        Ok(None) => {
            let message =
                "the policy has no backend: --audit-log-path and --audit-webhook-config-file are unset";
            server.fail(at, message, out);
        }
    }
}
