//! Suites with which TLS does not keep what it promises.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::judge_suites;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-weak-tls-suites",
        title: "etcd serves weak cipher suites",
        severity: Severity::Medium,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_weak_tls_suites.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    judge_suites(etcd, "cipher-suites", "tls-min-version", out);
}
