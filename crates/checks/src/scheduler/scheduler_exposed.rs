//! A port that need not be reachable.

use ironsides_settings::Settings;

use super::KUBE_SCHEDULER;
use crate::flags::judge_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-exposed",
        title: "Scheduler listens on all addresses",
        severity: Severity::Medium,
        family: "scheduler",
        since: "0.1.0",
        page: include_str!("scheduler_exposed.md"),
    },
    run: Run::Settings(KUBE_SCHEDULER, run),
};

fn run(scheduler: &Settings, out: &mut Out<'_>) {
    judge_loopback(
        scheduler,
        "bind-address",
        "the port of metrics and profiles is reachable from other hosts",
        out,
    );
}
