//! Tokens whose issuer says nothing.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-service-account-issuer",
        title: "Tokens of service accounts name no issuer with a URL",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_service_account_issuer.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(issuer) = out.get(server, "service-account-issuer") else { return };
    let Some(first) = issuer.list().into_iter().find(|one| !one.is_empty()) else {
        let message = "--service-account-issuer is not set: the API server does not start, or issues tokens of the old kind";
        out.fail_setting(server, &issuer, message);
        return;
    };
    if first.starts_with("https://") {
        return out.pass_setting(&issuer);
    }
    let message = format!(
        "--service-account-issuer is {first}, which is no https URL: tokens cannot be verified elsewhere"
    );
    out.fail_setting(server, &issuer, message);
}
