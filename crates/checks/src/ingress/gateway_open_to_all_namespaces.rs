//! A Gateway that anybody may add routes to.

use super::GATEWAY;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "gateway-open-to-all-namespaces",
        title: "gateway takes routes from every namespace",
        severity: Severity::Low,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("gateway_open_to_all_namespaces.md"),
    },
    run: Run::Kinds(GATEWAY, run),
};

fn run(gateway: &Object, out: &mut Out<'_>) {
    for listener in gateway.cursor().get("spec").get("listeners").items() {
        let at = listener.at(&["allowedRoutes", "namespaces", "from"]);
        if at.str() == Some("All") {
            let name = listener.get("name").str().unwrap_or_default();
            let finding = out.fail(&at, format!("listener \"{name}\" takes routes from every namespace"));
            if listener.get("hostname").str().is_none() {
                finding.severity(Severity::Medium);
            }
        } else {
            out.pass(&at);
        }
    }
}
