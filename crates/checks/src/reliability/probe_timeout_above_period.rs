//! A probe that is still waiting when the next is due.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "probe-timeout-above-period",
        title: "probe may take longer than its period",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("probe_timeout_above_period.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let probe = container.get(field);
            if !probe.is_set() {
                continue;
            }
            let (timeout, period) = (probe.get("timeoutSeconds"), probe.get("periodSeconds"));
            let (waits, every) = (timeout.int().unwrap_or(1), period.int().unwrap_or(10));
            if waits > every {
                let message =
                    format!("{container} has a {field} that waits {waits} seconds, every {every} seconds");
                out.fail(&timeout, message).also(pod.object(), &period);
            } else {
                out.pass(&timeout);
            }
        }
    }
}
