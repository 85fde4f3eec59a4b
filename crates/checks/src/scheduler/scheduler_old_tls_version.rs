//! Versions of TLS that are broken.

use ironsides_settings::Settings;

use super::KUBE_SCHEDULER;
use crate::flags::judge_tls_version;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-old-tls-version",
        title: "Scheduler speaks TLS before 1.2",
        severity: Severity::Low,
        family: "scheduler",
        since: "0.1.0",
        page: include_str!("scheduler_old_tls_version.md"),
    },
    run: Run::Settings(KUBE_SCHEDULER, run),
};

fn run(scheduler: &Settings, out: &mut Out<'_>) {
    judge_tls_version(scheduler, "tls-min-version", out);
}
