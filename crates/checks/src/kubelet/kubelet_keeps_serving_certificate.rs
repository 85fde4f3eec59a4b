//! A kubelet that may not renew its serving certificate.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-keeps-serving-certificate",
        title: "Kubelet may not renew its serving certificate",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_keeps_serving_certificate.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(gate) = out.get(kubelet, "featureGates.RotateKubeletServerCertificate") else { return };
    if gate.is_on() != Some(false) {
        return out.pass_setting(&gate);
    }
    let message = "the feature gate RotateKubeletServerCertificate is off: the kubelet does not get its certificate from the cluster";
    out.fail_setting(kubelet, &gate, message);
}
