//! Metrics that anybody reads.

use ironsides_settings::Settings;

use super::ETCD;
use crate::flags::is_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-metrics-exposed",
        title: "etcd tells its metrics to the network",
        severity: Severity::Low,
        family: "etcd",
        since: "0.1.0",
        page: include_str!("etcd_metrics_exposed.md"),
    },
    run: Run::Settings(ETCD, run),
};

fn run(etcd: &Settings, out: &mut Out<'_>) {
    let Some(urls) = out.get(etcd, "listen-metrics-urls") else { return };
    let listens = urls.list();
    let is_open = |url: &&String| {
        let plain = url.strip_prefix("http://");
        plain.is_some_and(|host| !is_loopback(host.trim_end_matches('/')))
    };
    match listens.iter().find(is_open) {
        Some(url) => {
            let message = format!(
                "--listen-metrics-urls has {url}: whoever reaches it reads metrics and health of etcd"
            );
            out.fail_setting(etcd, &urls, message);
        }
        None => out.pass_setting(&urls),
    }
}
