//! Metrics and settings that anybody reads.

use ironsides_settings::Settings;

use super::KUBE_PROXY;
use crate::flags::is_loopback;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kube-proxy-metrics-exposed",
        title: "kube-proxy tells its metrics to the network",
        severity: Severity::Medium,
        family: "kube_proxy",
        since: "0.1.0",
        page: include_str!("kube_proxy_metrics_exposed.md"),
    },
    run: Run::Shared(KUBE_PROXY, run),
};

fn run(proxy: &Settings, out: &mut Out<'_>) {
    let Some(address) = out.get(proxy, "metricsBindAddress") else { return };
    let text = address.text().unwrap_or_default().into_owned();
    // An empty flag turns them off.
    if text.is_empty() || is_loopback(&text) {
        return out.pass_setting(&address);
    }
    let message = format!(
        "metricsBindAddress is {text}: whoever reaches the node reads metrics and settings of kube-proxy"
    );
    out.fail_setting(proxy, &address, message);
}
