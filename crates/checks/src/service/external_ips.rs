//! A Service with addresses of its author's choice.

use super::SERVICE;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "external-ips",
        title: "service takes over addresses",
        severity: Severity::High,
        family: "service",
        since: "0.1.0",
        page: include_str!("external_ips.md"),
    },
    run: Run::Kinds(SERVICE, run),
};

fn run(service: &Object, out: &mut Out<'_>) {
    let list = service.cursor().get("spec").get("externalIPs");
    for address in list.items() {
        let text = address.str().unwrap_or_default();
        out.fail(&address, format!("every node sends traffic for {text} to this Service"));
    }
    if list.items().next().is_none() {
        out.pass(&list);
    }
}
