//! An encryption configuration that leaves Secrets readable.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::encryption::{fault, providers};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-secrets-unencrypted",
        title: "Encryption configuration does not encrypt Secrets as it should",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_secrets_unencrypted.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "encryption-provider-config") else { return };
    if flag.text().is_none() {
        let message = "--encryption-provider-config is not set: nothing encrypts Secrets";
        out.fail_setting(server, &flag, message);
        return;
    }
    let Some(file) = out.config_file(server, &flag) else { return };
    let Some(file) = file.of_kind("EncryptionConfiguration", out) else { return };
    let root = Cursor::root(&file.root);
    if let Some((at, why)) = fault(&root) {
        file.fail(&at, format!("kube-apiserver does not start with this file: {why}"), out);
        return;
    }
    let providers = providers(&root, "secrets", "");
    let Some(first) = providers.first() else {
        let message = "no entry is for secrets, so they are stored as they are";
        file.fail(&root.get("resources"), message, out);
        return;
    };
    match first.name {
        "kms" | "secretbox" | "aescbc" => file.pass(&first.at, out),
        "identity" => {
            let message = if providers.len() > 1 {
                "identity is the first provider of secrets: they are written as they are, and decrypted when they are \
                 written anew"
            } else {
                "identity is the only provider of secrets: they are written as they are"
            };
            file.fail(&first.at, message, out);
        }
        "aesgcm" => {
            let message = "aesgcm is the first provider of secrets: its key must change every 200000 writes, which nothing \
                           does";
            file.fail(&first.at, message, out).severity(Severity::Medium);
        }
        other => {
            let message = format!(
                "the first provider of secrets is \"{other}\", which is none: kube-apiserver does not start"
            );
            file.fail(&first.at, message, out);
        }
    }
}
