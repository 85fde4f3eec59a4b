//! A kubelet that knows no client by certificate.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-without-client-ca",
        title: "Kubelet knows no client by certificate",
        severity: Severity::High,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_without_client_ca.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(ca) = out.get(kubelet, "authentication.x509.clientCAFile") else { return };
    if ca.text().is_some() {
        return out.pass_setting(&ca);
    }
    let message = "clientCAFile is not set: the kubelet cannot tell the API server by its certificate from anybody else";
    out.fail_setting(kubelet, &ca, message);
}
