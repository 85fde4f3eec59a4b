//! Lines that leave out most of an event.

use super::server::{KUBE_APISERVER, Log, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "legacy-audit-log-format",
        title: "audit log is written in its legacy format",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("legacy_audit_log_format.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    if !server.log(out).is_ok_and(|log| log != Log::Nowhere) {
        return;
    }
    let Ok(format) = server.text("audit-log-format", out) else { return };
    if format.as_deref() != Some("legacy") {
        return server.pass("audit-log-format", out);
    }
    let message = "the audit log is written as legacy lines, without bodies and annotations";
    let Some(draft) = server.fail("audit-log-format", message, out) else { return };
    if let Some(edit) = server.set("audit-log-format", "json") {
        draft.unsafe_fix(
            "set --audit-log-format to json",
            "see that what reads the log understands JSON",
            || [edit],
        );
    }
}
