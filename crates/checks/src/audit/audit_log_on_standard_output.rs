//! A log whose rotation is left to the container runtime.

use super::server::{Log, each};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-log-on-standard-output",
        title: "audit log goes to standard output",
        severity: Severity::Info,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_log_on_standard_output.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, out| {
        let Ok(log) = server.log(out) else { return };
        let at = server.at("audit-log-path");
        if log == Log::Output {
            out.manual(
                at,
                "the audit log is mixed into the output of the container, which the container runtime rotates",
                "the kubelet's containerLogMaxSize and containerLogMaxFiles on this node, and what ships its logs",
            );
        } else {
            out.pass(at);
        }
    });
}
