//! A kubelet that allows whoever is let in everything.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-authorizes-everything",
        title: "Kubelet allows everybody everything",
        severity: Severity::Critical,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_authorizes_everything.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(mode) = out.get(kubelet, "authorization.mode") else { return };
    if mode.text().as_deref() != Some("AlwaysAllow") {
        return out.pass_setting(&mode);
    }
    let message =
        "the kubelet allows whoever it lets in everything: it does not ask the API server what they may do";
    out.fail_setting(kubelet, &mode, message);
}
