//! Events that go nowhere.

use super::server::{Log, each};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-without-backend",
        title: "API server has an audit policy and nowhere to write",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_without_backend.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, out| {
        let Ok(policy) = server.text("audit-policy-file", out) else { return };
        if policy.is_none() {
            return out.not_applicable("there is no audit policy");
        }
        let (Ok(log), Ok(webhook)) = (server.log(out), server.text("audit-webhook-config-file", out)) else {
            return;
        };
        let at = server.at("audit-policy-file");
        if log == Log::Nowhere && webhook.is_none() {
            let message =
                "the policy has no backend: neither --audit-log-path nor --audit-webhook-config-file is set";
            out.fail(at, message);
        } else {
            out.pass(at);
        }
    });
}
