//! Serving certificates that nobody renews.

use ironsides_settings::Settings;

use super::KUBE_CONTROLLER_MANAGER;
use crate::flags::{Mend, fail};
use crate::prelude::*;
use ironsides_settings::parse_bool;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "controller-manager-kubelet-rotation-off",
        title: "Rotation of kubelets' serving certificates is off",
        severity: Severity::Low,
        family: "controller_manager",
        since: "0.1.0",
        page: include_str!("controller_manager_kubelet_rotation_off.md"),
    },
    run: Run::Settings(KUBE_CONTROLLER_MANAGER, run),
};

fn run(manager: &Settings, out: &mut Out<'_>) {
    let Some(gates) = out.get(manager, "feature-gates") else { return };
    let gate = gates.pair(GATE);
    if gate.as_deref().and_then(parse_bool) != Some(false) {
        return out.pass_setting(&gates);
    }
    let message = format!("--feature-gates has {GATE}=false: kubelets' serving certificates are not renewed");
    let pairs = gates.list().into_iter().filter(|pair| pair.split('=').next().map(str::trim) != Some(GATE));
    let rest: Vec<String> = pairs.collect();
    fail(manager, &gates, message, Some(&rest.join(",")), Mend::Safe, out);
}

const GATE: &str = "RotateKubeletServerCertificate";
