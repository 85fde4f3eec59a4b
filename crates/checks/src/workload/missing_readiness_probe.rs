//! A container that gets requests before it can answer them.

use super::probes;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-readiness-probe",
        title: "container has no readiness probe",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("missing_readiness_probe.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    probes::judge(pod, "readinessProbe", "readiness", out);
}
