//! Credentials that nobody can take back.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-certificates-for-users",
        title: "People may come to the API server with certificates",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_certificates_for_users.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(ca) = out.get(server, "client-ca-file") else { return };
    let Some(path) = ca.text().map(std::borrow::Cow::into_owned) else { return out.pass_setting(&ca) };
    let message = format!("whoever has a certificate of {path} is let in until it expires, people too");
    let look_at = "who holds a kubeconfig with client-certificate-data, the admin.conf of the installer too: only components \
                   may; `kubectl get csr` and the user names in the audit log tell of others";
    out.manual_setting(server, &ca, message, look_at);
}
