//! Suites with which TLS does not keep what it promises.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::judge_suites;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-weak-tls-suites",
        title: "API server serves weak cipher suites",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_weak_tls_suites.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    judge_suites(server, "tls-cipher-suites", "tls-min-version", out);
}
