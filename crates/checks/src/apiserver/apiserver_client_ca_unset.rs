//! Clients that cannot be known by certificates.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-client-ca-unset",
        title: "API server has no CA for client certificates",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_client_ca_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    NEEDED.judge(server, out);
}

const NEEDED: Needed = Needed {
    keys: &["client-ca-file"],
    why: "components cannot come with certificates, and need tokens that are good for longer than they should be",
};
