//! A kube-proxy that serves profiles.

use ironsides_settings::Settings;

use super::KUBE_PROXY;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kube-proxy-profiling",
        title: "kube-proxy serves profiles",
        severity: Severity::Low,
        family: "kube_proxy",
        since: "0.1.0",
        page: include_str!("kube_proxy_profiling.md"),
    },
    run: Run::Shared(KUBE_PROXY, run),
};

fn run(proxy: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(proxy, out);
}

const SWITCH: Switch = Switch {
    key: "enableProfiling",
    wanted: false,
    why: "/debug/pprof on the port of metrics tells about the inside of kube-proxy",
    mend: Mend::No,
};
