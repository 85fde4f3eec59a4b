//! Ports of etcd without TLS.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::is_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-plaintext-urls",
        title: "etcd listens for plain HTTP",
        severity: Severity::High,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_plaintext_urls.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    for (key, is_for_peers) in [("listen-client-urls", false), ("listen-peer-urls", true)] {
        let Some(urls) = out.get(etcd, key) else { continue };
        let listens = urls.list();
        let plain: Vec<&String> = listens.iter().filter(|url| url.starts_with("http://")).collect();
        let is_reached =
            |url: &&&String| !is_loopback(url.trim_start_matches("http://").trim_end_matches('/'));
        if let Some(url) = plain.iter().find(is_reached) {
            let message =
                format!("--{key} has {url}: other hosts reach etcd without TLS, and need no certificate");
            out.fail_setting(etcd, &urls, message).severity(Severity::Critical);
        } else if let Some(url) = plain.first().filter(|_| !is_for_peers) {
            let message = format!(
                "--{key} has {url}: every process of this host reaches etcd, and needs no certificate"
            );
            out.fail_setting(etcd, &urls, message);
        } else {
            out.pass_setting(&urls);
        }
    }
}
