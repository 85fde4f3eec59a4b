//! A container that adds a capability that it has anyway.

use super::capability::{added, dropped};
use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "needless-capability",
        title: "container adds a capability that it has anyway",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("needless_capability.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        for added in added(&container) {
            // The one that is allowed everywhere and that every runtime gives; other checks speak of all the others.
            let given = added.name == "NET_BIND_SERVICE"
                && dropped(&container, "ALL").is_none()
                && dropped(&container, "NET_BIND_SERVICE").is_none();
            if !given {
                out.pass(&added.at);
                continue;
            }
            let message =
                format!("{container} adds {}, which it has as long as it does not drop ALL", added.name);
            out.fail(&added.at, message)
                .safe_fix(format!("take {} away", added.name), || [remove(&added.at)]);
        }
    }
}
