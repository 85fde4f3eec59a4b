//! A store that lets anybody in.

use ironsides_settings::Settings;

use super::ETCD;
use super::side::{Side, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-client-cert-auth-off",
        title: "etcd asks its clients for no certificate",
        severity: Severity::Critical,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_client_cert_auth_off.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    judge(etcd, &CLIENTS, out);
}

const CLIENTS: Side = Side {
    auth: "client-cert-auth",
    ca: "trusted-ca-file",
    auto: "auto-tls",
    cert: "cert-file",
    why: "whoever reaches the port reads every Secret and writes every role, past the API server",
};
