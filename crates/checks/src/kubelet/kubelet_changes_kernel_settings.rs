//! A kubelet that changes kernel settings instead of stopping.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-changes-kernel-settings",
        title: "Kubelet changes kernel settings of the node",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_changes_kernel_settings.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(protect) = out.get(kubelet, "protectKernelDefaults") else { return };
    if protect.is_on() == Some(true) {
        return out.pass_setting(&protect);
    }
    let message = "protectKernelDefaults is off: the kubelet writes the kernel settings that it wants over those of the node";
    out.fail_setting(kubelet, &protect, message);
}
