//! A kubelet that does not keep its own chains of iptables.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-leaves-iptables",
        title: "Kubelet does not keep its iptables chains",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_leaves_iptables.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(chains) = out.get(kubelet, "makeIPTablesUtilChains") else { return };
    if chains.is_on() != Some(false) {
        return out.pass_setting(&chains);
    }
    let message =
        "makeIPTablesUtilChains is off: the kubelet does not keep the rules that other programs rely on";
    out.fail_setting(kubelet, &chains, message);
}
