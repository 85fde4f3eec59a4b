//! A kubelet that takes TLS older than 1.2.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-weak-tls-version",
        title: "Kubelet takes TLS older than 1.2",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_weak_tls_version.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(least) = out.get(kubelet, "tlsMinVersion") else { return };
    let text = least.text();
    let Some(old @ ("VersionTLS10" | "VersionTLS11")) = text.as_deref() else {
        return out.pass_setting(&least);
    };
    let message = format!("tlsMinVersion is {old}: the kubelet speaks TLS that has been broken");
    out.fail_setting(kubelet, &least, message);
}
