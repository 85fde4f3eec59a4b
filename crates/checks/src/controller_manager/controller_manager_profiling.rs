//! A controller manager that serves profiles.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-profiling",
        title: "Controller manager serves profiles",
        severity: Severity::Low,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_profiling.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(manager, out);
}

const SWITCH: Switch = Switch {
    key: "profiling",
    wanted: false,
    why: "/debug/pprof tells about the inside of the controller manager",
    mend: Mend::Safe,
};
