//! One key for two purposes.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-service-account-key-file-unset",
        title: "API server verifies tokens with its TLS key",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_service_account_key_file_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(keys) = out.get(server, "service-account-key-file") else { return };
    if keys.text().is_some() {
        return out.pass_setting(&keys);
    }
    let Some(signer) = out.get(server, "service-account-signing-endpoint") else { return };
    if signer.text().is_some() {
        return out.pass_setting(&signer);
    }
    let message =
        "--service-account-key-file is not set: tokens are verified with the key of the serving certificate";
    out.fail_setting(server, &keys, message);
}
