//! A kubelet that lets a pod start any number of processes.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-unlimited-pids",
        title: "Pods may start any number of processes",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_unlimited_pids.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(limit) = out.get(kubelet, "podPidsLimit") else { return };
    if limit.number().is_some_and(|limit| limit > 0.0) {
        return out.pass_setting(&limit);
    }
    let message =
        "podPidsLimit is not above 0, which is no limit: one pod can take all process ids of the node";
    out.fail_setting(kubelet, &limit, message);
}
