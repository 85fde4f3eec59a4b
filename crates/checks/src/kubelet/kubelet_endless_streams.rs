//! A kubelet that never ends idle connections.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-endless-streams",
        title: "Kubelet never ends idle connections",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_endless_streams.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(timeout) = out.get(kubelet, "streamingConnectionIdleTimeout") else { return };
    if timeout.seconds() != Some(0.0) {
        return out.pass_setting(&timeout);
    }
    let message =
        "streamingConnectionIdleTimeout is 0: an exec or port-forward that nobody uses is kept for ever";
    out.fail_setting(kubelet, &timeout, message);
}
