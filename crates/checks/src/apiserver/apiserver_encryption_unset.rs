//! A store in which Secrets can be read.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-encryption-unset",
        title: "API server stores Secrets in plain text",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_encryption_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(server, out);
}

const NEEDED: Needed = Needed {
    keys: &["encryption-provider-config"],
    why: "Secrets lie in etcd, its snapshots and its backups as plain text",
};
