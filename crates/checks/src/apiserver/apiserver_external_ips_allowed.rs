//! Services that take over addresses.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-external-ips-allowed",
        title: "API server lets Services claim any address",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_external_ips_allowed.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "DenyServiceExternalIPs",
    wanted: true,
    why: "whoever may write Services can have traffic for any address sent to their own pods",
    mend: Mend::Test(
        "see that no Service needs spec.externalIPs: `kubectl get services -A -o yaml` shows those that have some",
    ),
};
