//! Namespaces whose level nothing enforces.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-pod-security-disabled",
        title: "API server runs without Pod Security admission",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_pod_security_disabled.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "PodSecurity",
    wanted: true,
    why: "the levels in the labels of namespaces are not enforced",
    mend: Mend::Test("see that nothing has come to rely on its absence since"),
};
