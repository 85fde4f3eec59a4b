//! A kubelet that lets pods change unsafe kernel settings.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-unsafe-sysctls",
        title: "Pods may change unsafe kernel settings",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_unsafe_sysctls.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(sysctls) = out.get(kubelet, "allowedUnsafeSysctls") else { return };
    let allowed = sysctls.list();
    if allowed.is_empty() {
        return out.pass_setting(&sysctls);
    }
    let message =
        format!("pods of this node may set {}, which Kubernetes takes for unsafe", allowed.join(", "));
    out.fail_setting(kubelet, &sysctls, message);
}
