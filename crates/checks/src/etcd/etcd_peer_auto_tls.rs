//! Certificates that no member can verify.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-peer-auto-tls",
        title: "etcd makes up its certificate for peers",
        severity: Severity::High,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_peer_auto_tls.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(etcd, out);
}

const SWITCH: Switch = Switch {
    key: "peer-auto-tls",
    wanted: false,
    why: "the certificate for peers is one that etcd signed itself, which no member can verify",
    mend: Mend::Test("every member must have --peer-cert-file and --peer-key-file first"),
};
