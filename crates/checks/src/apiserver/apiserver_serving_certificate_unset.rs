//! A certificate that nobody can verify.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-serving-certificate-unset",
        title: "API server makes up its own certificate",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_serving_certificate_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(server, out);
}

const NEEDED: Needed = Needed {
    keys: &["tls-cert-file", "tls-private-key-file"],
    why: "the API server serves with a certificate that it signed itself, which no client can verify",
};
