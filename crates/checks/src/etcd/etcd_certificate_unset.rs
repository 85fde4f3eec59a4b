//! A store that is asked in plain text.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-certificate-unset",
        title: "etcd serves without a certificate",
        severity: Severity::Critical,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_certificate_unset.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(etcd, out);
}

const NEEDED: Needed = Needed {
    keys: &["cert-file", "key-file"],
    why: "what goes between API server and etcd can be read on the way, every Secret with it",
};
