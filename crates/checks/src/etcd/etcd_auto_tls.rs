//! A certificate that nobody can verify.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::{Mend, Switch};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-auto-tls",
        title: "etcd makes up its own certificate",
        severity: Severity::High,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_auto_tls.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    SWITCH.judge(etcd, out);
}

const SWITCH: Switch = Switch {
    key: "auto-tls",
    wanted: false,
    why: "the certificate is one that etcd signed itself, which no client can verify",
    mend: Mend::Test(
        "the API server must know a CA for etcd first: give --cert-file, --key-file and --etcd-cafile",
    ),
};
