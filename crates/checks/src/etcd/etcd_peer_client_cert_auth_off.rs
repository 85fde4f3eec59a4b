//! Members that anybody can join.

use ironsides_settings::Settings;

use super::ETCD;
use super::side::{Side, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-peer-client-cert-auth-off",
        title: "etcd asks its peers for no certificate",
        severity: Severity::High,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_peer_client_cert_auth_off.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    judge(etcd, &PEERS, out);
}

const PEERS: Side = Side {
    auth: "peer-client-cert-auth",
    ca: "peer-trusted-ca-file",
    auto: "peer-auto-tls",
    cert: "peer-cert-file",
    why: "whoever reaches the port for peers can speak as a member",
};
