//! Lines that leave out most of an event.

use super::server::{Log, each};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "legacy-audit-log-format",
        title: "audit log is written in its legacy format",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("legacy_audit_log_format.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, out| {
        if !server.log(out).is_ok_and(|log| log != Log::Nowhere) {
            return;
        }
        let Ok(format) = server.text("audit-log-format", out) else { return };
        let at = server.at("audit-log-format");
        if format != Some("legacy") {
            return out.pass(at);
        }
        let message = "the audit log is written as legacy lines, without bodies and annotations";
        let draft = out.fail(at, message);
        if let Some(edit) = server.set("audit-log-format", "json") {
            draft.unsafe_fix(
                "set --audit-log-format to json",
                "see that what reads the log understands JSON",
                || [edit],
            );
        }
    });
}
