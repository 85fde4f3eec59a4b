//! Roles that grant nothing.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::authorization::Chain;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-rbac-authorizer-missing",
        title: "API server does not authorize by roles",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_rbac_authorizer_missing.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(chain) = Chain::of(server, out) else { return };
    if chain.has("RBAC") {
        return chain.pass(out);
    }
    let message = format!("{} has no RBAC: roles and bindings are not asked", chain.name());
    let value = chain
        .types
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "AlwaysAllow")
        .chain(["RBAC"])
        .collect::<Vec<_>>()
        .join(",");
    let test = "see that whoever is authorized by something else keeps what they need";
    chain.fail(message, Some((&value, test)), out);
}
