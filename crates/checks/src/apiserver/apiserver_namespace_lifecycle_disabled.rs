//! Objects in namespaces that are gone.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-namespace-lifecycle-disabled",
        title: "API server runs without the plug-in for namespaces",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_namespace_lifecycle_disabled.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "NamespaceLifecycle",
    wanted: true,
    why: "objects can be made in namespaces that are gone or going, and the system namespaces can be deleted",
    mend: Mend::Test("see that nothing has come to rely on its absence since"),
};
