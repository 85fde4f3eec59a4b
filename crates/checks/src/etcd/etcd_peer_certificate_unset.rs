//! Members that talk in plain text.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-peer-certificate-unset",
        title: "etcd talks to its peers without a certificate",
        severity: Severity::High,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_peer_certificate_unset.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(etcd, out);
}

const NEEDED: Needed = Needed {
    keys: &["peer-cert-file", "peer-key-file"],
    why: "what members tell each other, which is everything, can be read and changed on the way",
};
