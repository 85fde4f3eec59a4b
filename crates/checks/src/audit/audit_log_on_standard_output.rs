//! A log whose rotation is left to the container runtime.

use super::server::{KUBE_APISERVER, Log, Server};
use crate::prelude::*;
use ironsides_settings::Settings;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-log-on-standard-output",
        title: "audit log goes to standard output",
        severity: Severity::Info,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_log_on_standard_output.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    let server = &Server::of(settings, out);
    let Ok(log) = server.log(out) else { return };
    if log == Log::Output {
        server.manual(
            "audit-log-path",
            "the audit log is mixed into the output of the container, which the container runtime rotates",
            "the kubelet's containerLogMaxSize and containerLogMaxFiles on this node, and what ships its logs",
            out,
        );
    } else {
        server.pass("audit-log-path", out);
    }
}
