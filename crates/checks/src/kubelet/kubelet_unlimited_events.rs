//! A kubelet that writes any number of events.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-unlimited-events",
        title: "Kubelet writes any number of events",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_unlimited_events.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(rate) = out.get(kubelet, "eventRecordQPS") else { return };
    if rate.number().is_none_or(|rate| rate > 0.0) {
        return out.pass_setting(&rate);
    }
    let message = "eventRecordQPS is 0, which is no limit: one pod that fails in a loop can fill the API server's store";
    out.fail_setting(kubelet, &rate, message);
}
