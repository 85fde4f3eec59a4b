//! A log that nobody finds after a restart.

use super::mounts::{is_shared, mount};
use super::server::{Log, each};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unmounted-audit-log",
        title: "audit log is lost with its container",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("unmounted_audit_log.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each(pod, out, |server, container, out| {
        let Ok(Log::File(path)) = server.log(out) else { return };
        let at = "audit-log-path";
        let Some(mount) = mount(pod, container, &path) else {
            let message =
                format!("the audit log \"{path}\" is on no volume of {container}: it is lost with it");
            server.fail(at, message, out);
            return;
        };
        if mount.at.get("readOnly").is(true) {
            let message =
                format!("the audit log \"{path}\" is on a read-only mount: the API server does not start");
            out.fail(&mount.at.get("readOnly"), message);
        } else if mount.volume.as_ref().is_some_and(|volume| volume.get("emptyDir").is_set())
            && !is_shared(pod, container, mount.name)
        {
            let message =
                format!("the audit log \"{path}\" is on an emptyDir volume: it is lost with the pod");
            server.fail(at, message, out);
        } else {
            server.pass(at, out);
        }
    });
}
