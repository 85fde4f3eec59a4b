//! Nothing is written on the node.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-audit-log-path-unset",
        title: "API server keeps no audit log of its own",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_audit_log_path_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(log) = out.get(server, "audit-log-path") else { return };
    if log.text().is_some() {
        return out.pass_setting(&log);
    }
    let Some(webhook) = out.get(server, "audit-webhook-config-file") else { return };
    if webhook.text().is_some() {
        let message = "--audit-log-path is not set: what the webhook of --audit-webhook-config-file does not take is lost";
        out.fail_setting(server, &log, message).severity(Severity::Low);
    } else {
        let message = "--audit-log-path is not set: no event is written, whatever the policy says";
        out.fail_setting(server, &log, message);
    }
}
