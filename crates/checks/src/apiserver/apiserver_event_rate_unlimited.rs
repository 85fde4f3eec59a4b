//! Events without end.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-event-rate-unlimited",
        title: "API server does not limit the rate of events",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_event_rate_unlimited.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "EventRateLimit",
    wanted: true,
    why: "one component that fails in a loop can fill the store and the API server with events",
    mend: Mend::No,
};
