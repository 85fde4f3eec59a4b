//! A kubelet that does not renew its client certificate.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-keeps-client-certificate",
        title: "Kubelet does not renew its client certificate",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_keeps_client_certificate.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(rotate) = out.get(kubelet, "rotateCertificates") else { return };
    if rotate.is_on() == Some(true) {
        return out.pass_setting(&rotate);
    }
    let message = "rotateCertificates is off: the kubelet keeps its certificate until it ends, and then is a stranger to the API server";
    out.fail_setting(kubelet, &rotate, message);
}
