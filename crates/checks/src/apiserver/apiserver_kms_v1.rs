//! A plug-in interface that is going away.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-kms-v1",
        title: "Secrets are encrypted through KMS v1",
        severity: Severity::Medium,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_kms_v1.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(flag) = out.get(server, "encryption-provider-config") else { return };
    if flag.text().is_none() {
        return out.not_applicable("there is no encryption configuration");
    }
    let Some(file) = out.config_file(server, &flag) else { return };
    let Some(file) = file.of_kind("EncryptionConfiguration", out) else { return };
    let root = Cursor::root(&file.root);
    let mut any = false;
    for entry in root.get("resources").items() {
        for provider in entry.get("providers").items().filter(|provider| provider.get("kms").node().is_some())
        {
            any = true;
            let version = provider.get("kms").get("apiVersion");
            match version.str() {
                Some("v2") => file.pass(&version, out),
                Some(other) => {
                    let message =
                        format!("the KMS provider is of version {other}, which is off by default since 1.29");
                    file.fail(&version, message, out);
                }
                None => {
                    let message =
                        "the KMS provider names no version, and is of v1 by default, which is off since 1.29";
                    file.fail(&provider.get("kms"), message, out);
                }
            }
        }
    }
    if !any {
        out.not_applicable("no KMS provider is configured");
    }
}
