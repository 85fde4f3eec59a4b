//! A kubelet that serves with a certificate of its own making.

use ironsides_settings::Settings;

use super::KUBELET;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-self-signed-certificate",
        title: "Kubelet serves with a certificate of its own making",
        severity: Severity::Medium,
        family: "kubelet",
        since: "0.1.0",
        page: include_str!("kubelet_self_signed_certificate.md"),
    },
    run: Run::Settings(KUBELET, run),
};

fn run(kubelet: &Settings, out: &mut Out<'_>) {
    let Some(bootstrap) = out.get(kubelet, "serverTLSBootstrap") else { return };
    if bootstrap.is_on() == Some(true) {
        return out.pass_setting(&bootstrap);
    }
    let Some(certificate) = out.get(kubelet, "tlsCertFile") else { return };
    let Some(key) = out.get(kubelet, "tlsPrivateKeyFile") else { return };
    if certificate.text().is_some() && key.text().is_some() {
        out.pass_setting(&certificate);
        return out.pass_setting(&key);
    }
    let missing = if certificate.text().is_none() { certificate } else { key };
    let message = format!(
        "{} is not set, and serverTLSBootstrap is off: the kubelet signs its certificate itself, and whoever stands \
         between it and the API server can take its place",
        missing.key
    );
    let fact = out.setting(&bootstrap);
    out.fail_setting(kubelet, &missing, message).with(fact);
}
