//! An Ingress for hosts that nobody named.

use super::INGRESS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-wildcard-host",
        title: "ingress answers for every name of a domain",
        severity: Severity::Low,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("ingress_wildcard_host.md"),
    },
    run: Run::Kinds(INGRESS, run),
};

fn run(ingress: &Object, out: &mut Out<'_>) {
    for rule in ingress.cursor().get("spec").get("rules").items() {
        let host = rule.get("host");
        match host.str().filter(|host| !host.is_empty()) {
            Some(name) if name.contains('*') => {
                out.fail(&host, format!("host \"{name}\" stands for every name of the domain"));
            }
            Some(_) => out.pass(&host),
            None => _ = out.fail(&host, "host is not set, so the rule answers for every host name"),
        }
    }
}
