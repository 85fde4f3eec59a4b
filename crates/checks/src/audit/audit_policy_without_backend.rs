//! Events that go nowhere.

use super::server::{Log, Said, each};
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
        let at = server.at("audit-policy-file");
        let Ok(log) = server.log(out) else { return };
        if log != Log::Nowhere {
            return out.pass(at);
        }
        match server.text("audit-webhook-config-file", out) {
            Err(Said) => {}
            Ok(Some(_)) => out.pass(at),
            Ok(None) => {
                let message =
                    "the policy has no backend: --audit-log-path and --audit-webhook-config-file are unset";
                out.fail(at, message);
            }
        }
    });
}
