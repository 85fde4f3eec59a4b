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
    let Some(config) = out.get(scheduler, "config") else { return };
    if config.text().is_none() {
        return SWITCH.judge(scheduler, out);
    }
    // With a configuration the flag is ignored.
    let Some(file) = out.config_file(scheduler, &config) else { return };
    let root = Cursor::root(&file.root);
    let at = root.get("enableProfiling");
    if at.bool() == Some(false) {
        return file.pass(&at, out);
    }
    let is_given = at.node().is_some();
    let message = if is_given {
        "enableProfiling is on: /debug/pprof tells about the inside of the scheduler"
    } else {
        "enableProfiling is not set, and on by default: /debug/pprof tells about the inside of the scheduler"
    };
    let draft = file.fail(&at, message, out);
    if !is_given {
        draft.effective("true", "the default of enableProfiling");
    }
}

const SWITCH: Switch = Switch {
    key: "profiling",
    wanted: false,
    why: "/debug/pprof tells about the inside of the scheduler",
    mend: Mend::Safe,
};
