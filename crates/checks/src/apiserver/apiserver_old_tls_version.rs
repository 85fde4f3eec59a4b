//! Versions of TLS that are broken.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::judge_tls_version;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-old-tls-version",
        title: "API server speaks TLS before 1.2",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_old_tls_version.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    judge_tls_version(server, "tls-min-version", out);
}
