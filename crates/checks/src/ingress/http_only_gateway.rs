//! A Gateway without TLS.

use super::GATEWAY;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "http-only-gateway",
        title: "gateway serves plain HTTP",
        severity: Severity::Medium,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("http_only_gateway.md"),
    },
    run: Run::Kinds(GATEWAY, run),
};

fn run(gateway: &Object, out: &mut Out<'_>) {
    let listeners = gateway.cursor().get("spec").get("listeners");
    let protocol = |listener: &Cursor<'_>| listener.get("protocol").str().unwrap_or_default().to_owned();
    let secure = listeners.items().any(|listener| matches!(&*protocol(&listener), "HTTPS" | "TLS"));
    for listener in listeners.items() {
        let at = listener.get("protocol");
        if !secure && protocol(&listener) == "HTTP" {
            let name = listener.get("name").str().unwrap_or_default();
            out.fail(&at, format!("listener \"{name}\" serves plain HTTP, and no listener serves HTTPS"));
        } else {
            out.pass(&at);
        }
    }
}
