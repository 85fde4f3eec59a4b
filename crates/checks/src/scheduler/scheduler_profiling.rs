//! A scheduler that serves profiles.

use ironsides_settings::Settings;

use super::KUBE_SCHEDULER;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "scheduler-profiling",
        title: "Scheduler serves profiles",
        severity: Severity::Low,
        family: "scheduler",
        since: "0.1.0",
        page: include_str!("scheduler_profiling.md"),
    },
    run: Run::Settings(KUBE_SCHEDULER, run),
};

fn run(scheduler: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(scheduler, out);
}

const SWITCH: Switch = Switch {
    key: "profiling",
    wanted: false,
    why: "/debug/pprof tells about the inside of the scheduler",
    mend: Mend::Safe,
};
