//! Tokens in a file that never expire.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Unwanted;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-token-auth-file",
        title: "API server takes passwords from a file",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_token_auth_file.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    UNWANTED.judge(server, out);
}

const UNWANTED: Unwanted = Unwanted {
    key: "token-auth-file",
    why: "tokens in that file never expire, stand there readable, and change only with a restart",
};
