//! A store that serves profiles.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-profiling",
        title: "etcd serves profiles",
        severity: Severity::Low,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_profiling.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(etcd, out);
}

const SWITCH: Switch = Switch {
    key: "enable-pprof",
    wanted: false,
    why: "/debug/pprof on the port for clients tells what is in the memory of etcd",
    mend: Mend::Safe,
};
