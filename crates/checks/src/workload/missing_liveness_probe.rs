//! A container that is not restarted when it hangs.

use super::probes;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-liveness-probe",
        title: "container has no liveness probe",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_liveness_probe.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    probes::judge(pod, "livenessProbe", "liveness", out);
}
