//! Secrets on the wire.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::is_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-plaintext-etcd",
        title: "API server asks etcd in plain text",
        severity: Severity::Critical,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_plaintext_etcd.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    for key in ["etcd-servers", "etcd-servers-overrides"] {
        let Some(servers) = out.get(server, key) else { continue };
        let urls = servers.list();
        match urls.iter().find(|url| url.contains("http://")) {
            Some(url) => {
                let message = format!("--{key} has {url}: whatever is stored goes there as plain text");
                let draft = out.fail_setting(server, &servers, message);
                if url.split("http://").nth(1).is_some_and(is_loopback) {
                    draft.severity(Severity::High);
                }
            }
            None => out.pass_setting(&servers),
        }
    }
}
