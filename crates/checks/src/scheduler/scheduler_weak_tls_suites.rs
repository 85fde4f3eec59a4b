//! Suites with which TLS does not keep what it promises.

use ironsides_settings::Settings;

use super::KUBE_SCHEDULER;
use crate::flags::judge_suites;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-weak-tls-suites",
        title: "Scheduler serves weak cipher suites",
        severity: Severity::Low,
        family: "scheduler",
        since: "0.1.0",
        page: include_str!("scheduler_weak_tls_suites.md"),
    },
    run: Run::Settings(KUBE_SCHEDULER, run),
};

fn run(scheduler: &Settings, out: &mut Out<'_>) {
    judge_suites(scheduler, "tls-cipher-suites", "tls-min-version", out);
}
