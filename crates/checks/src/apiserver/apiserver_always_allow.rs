//! An API server that asks nobody.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::authorization::Chain;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-always-allow",
        title: "API server allows every request",
        severity: Severity::Critical,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_always_allow.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(chain) = Chain::of(server, out) else { return };
    if !chain.has("AlwaysAllow") {
        return chain.pass(out);
    }
    let message = format!("{} has AlwaysAllow: whoever has any credential may do everything", chain.name());
    let rest: Vec<&str> =
        chain.types.iter().map(String::as_str).filter(|name| *name != "AlwaysAllow").collect();
    let test = "see in the audit log who relies on it: everybody without a role loses all rights";
    let value = if rest.is_empty() { "Node,RBAC".to_owned() } else { rest.join(",") };
    chain.fail(message, Some((&value, test)), out);
}
