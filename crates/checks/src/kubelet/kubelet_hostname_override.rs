//! A kubelet that goes by another name than its host.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-hostname-override",
        title: "Kubelet goes by another name than its host",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_hostname_override.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(name) = out.get(kubelet, "hostname-override") else { return };
    match name.text() {
        None => out.pass_setting(&name),
        Some(written) => {
            let message = format!("the node calls itself {written}, whatever its host is called");
            out.fail_setting(kubelet, &name, message);
        }
    }
}
