//! A store that cannot know its client.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::flags::Needed;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-etcd-client-certificate-unset",
        title: "API server comes to etcd without a certificate",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_etcd_client_certificate_unset.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(servers) = out.get(server, "etcd-servers") else { return };
    let urls = servers.list();
    if !urls.is_empty() && urls.iter().all(|url| url.starts_with("unix:")) {
        // What stands in for etcd behind a socket of the same host has no TLS.
        return out.pass_setting(&servers);
    }
    NEEDED.judge(server, out);
}

const NEEDED: Needed = Needed {
    keys: &["etcd-certfile", "etcd-keyfile"],
    why: "etcd cannot tell the API server from anybody else",
};
