//! A kubelet that tells everybody about its pods.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-read-only-port",
        title: "Kubelet tells everybody about its pods",
        severity: Severity::High,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_read_only_port.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(port) = out.get(kubelet, "readOnlyPort") else { return };
    if port.number() == Some(0.0) {
        return out.pass_setting(&port);
    }
    let number = port.text().unwrap_or_default().into_owned();
    let message =
        format!("port {number} tells whoever reaches it all pods of the node, without asking who they are");
    out.fail_setting(kubelet, &port, message);
}
