//! A pod that answers names by itself, past the cluster's DNS.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-alias",
        title: "pod overrides names in its hosts file",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_alias.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let aliases = pod.spec().get("hostAliases");
    let mut found = false;
    for alias in aliases.items() {
        let at = alias.get("ip");
        let address = at.str().unwrap_or_default();
        out.fail(&at, format!("hostAliases sends names to {address} without asking DNS"));
        found = true;
    }
    if !found {
        out.pass(&aliases);
    }
}
