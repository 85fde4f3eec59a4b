//! A kubelet that starts the pods that a URL names.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-pods-from-url",
        title: "Kubelet starts the pods that a URL names",
        severity: Severity::High,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_pods_from_url.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(url) = out.get(kubelet, "staticPodURL") else { return };
    match url.text() {
        None => out.pass_setting(&url),
        Some(from) => {
            let scheme = from.split("://").next().unwrap_or_default();
            let how = if scheme == "https" { "" } else { ", and does not know who answers there" };
            let message = format!("the kubelet starts whatever pods {scheme}:// answers name{how}");
            out.fail_setting(kubelet, &url, message);
        }
    }
}
