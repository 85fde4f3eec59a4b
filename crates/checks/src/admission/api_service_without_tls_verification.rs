//! An extension of the API whose certificate nobody checks.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "api-service-without-tls-verification",
        title: "API server trusts whoever answers for a group",
        severity: Severity::High,
        family: "admission",
        since: "0.1.0",
        page: include_str!("api_service_without_tls_verification.md"),
    },
    run: Run::Kinds(API_SERVICE, run),
};

const API_SERVICE: &[(&str, &str)] = &[("apiregistration.k8s.io", "APIService")];

fn run(service: &Object, out: &mut Out<'_>) {
    let at = service.cursor().at(&["spec", "insecureSkipTLSVerify"]);
    if at.is(true) {
        out.fail(&at, "insecureSkipTLSVerify takes whoever answers for the server of this group");
    } else {
        out.pass(&at);
    }
}
