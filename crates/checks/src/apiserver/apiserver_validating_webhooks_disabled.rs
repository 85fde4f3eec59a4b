//! Policies that nobody asks.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-validating-webhooks-disabled",
        title: "API server does not call validating webhooks",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_validating_webhooks_disabled.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "ValidatingAdmissionWebhook",
    wanted: true,
    why: "validating webhooks are never asked, so no policy engine refuses anything",
    mend: Mend::Test("see that nothing has come to rely on its absence since"),
};
