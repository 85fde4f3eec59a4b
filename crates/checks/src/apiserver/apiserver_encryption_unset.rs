//! A store in which Secrets can be read.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::encryption::providers;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-encryption-unset",
        title: "API server stores Secrets in plain text",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_encryption_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Ok(flag) = server.get("encryption-provider-config") else { return NEEDED.judge(server, out) };
    // Where the file is known, one that is not for Secrets is as good as none.
    if !out.knows_file(server, &flag) {
        return NEEDED.judge(server, out);
    }
    let Some(file) = out.config_file(server, &flag) else { return };
    let Some(file) = file.of_kind("EncryptionConfiguration", out) else { return };
    let root = Cursor::root(&file.root);
    if providers(&root, "secrets", "").is_empty() {
        let message = format!("no entry is for secrets: {}", NEEDED.why);
        file.fail(&root.get("resources"), message, out);
        return;
    }
    out.pass_setting(&flag);
}

const NEEDED: Needed = Needed {
    keys: &["encryption-provider-config"],
    why: "Secrets lie in etcd, its snapshots and its backups as plain text",
};
