//! A kubelet that runs with other settings than those it would find at its next start.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-would-not-start",
        title: "Kubelet would not start again with its settings",
        severity: Severity::Low,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_would_not_start.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let fact = out.placed(kubelet.place(), "");
    match kubelet.refusal() {
        None => out.pass_with(fact),
        Some((minor, why)) => {
            let message = format!("by the rules of Kubernetes 1.{minor} it would not start again: {why}");
            // Which version it is of is not always known, nor all of the node that it asks for.
            let look_at = "the kubelet's version and its settings: something was changed after it started, or it is of another version";
            out.manual_with(fact, "kubelet", message, look_at);
        }
    }
}
