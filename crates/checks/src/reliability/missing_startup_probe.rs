//! A slow start that the liveness probe sits out.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-startup-probe",
        title: "liveness probe waits a fixed time for a slow start",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("missing_startup_probe.md"),
    },
    run: Run::Pod(run),
};

/// From how many seconds on a delay says that starting takes long.
const LONG: i64 = 30;

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let liveness = container.get("livenessProbe");
        if !liveness.is_set() {
            continue;
        }
        let (delay, startup) = (liveness.get("initialDelaySeconds"), container.get("startupProbe"));
        match delay.int() {
            Some(seconds) if seconds >= LONG && !startup.is_set() => {
                let message = format!(
                    "{container} has a liveness probe that waits {seconds} seconds, and no startup probe"
                );
                out.fail(&delay, message);
            }
            _ => out.pass(&liveness),
        }
    }
}
