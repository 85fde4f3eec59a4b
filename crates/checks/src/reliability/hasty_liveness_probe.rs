//! A container that one lost packet restarts.

use crate::fixes::remove;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "hasty-liveness-probe",
        title: "a single failed probe restarts the container",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("hasty_liveness_probe.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let probe = container.get("livenessProbe");
        let at = probe.get("failureThreshold");
        if at.int() == Some(1) {
            out.fail(&at, format!("{container} is restarted when its liveness probe fails once"))
                .safe_fix("remove failureThreshold", || [remove(&at)]);
        } else if probe.is_set() {
            out.pass(&at);
        }
    }
}
