//! Pods without an account.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-service-account-admission-disabled",
        title: "API server runs without the plug-in for service accounts",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_service_account_admission_disabled.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "ServiceAccount",
    wanted: true,
    why: "pods get no service account, and may name one that is not there",
    mend: Mend::Test("see that nothing has come to rely on its absence since"),
};
