//! Kubelets that may read what is not theirs.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::authorization::Chain;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-node-authorizer-missing",
        title: "API server has no authorizer for nodes",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_node_authorizer_missing.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(chain) = Chain::of(server, out) else { return };
    if chain.has("Node") {
        return chain.pass(out);
    }
    let message = format!(
        "{} has no Node: kubelets are authorized by roles for all nodes alike, if at all",
        chain.name()
    );
    let value = ["Node"]
        .into_iter()
        .chain(chain.types.iter().map(String::as_str))
        .filter(|name| *name != "AlwaysAllow")
        .collect::<Vec<_>>()
        .join(",");
    let test = "see that kubelets come as system:node:NAME in the group system:nodes";
    chain.fail(message, Some((&value, test)), out);
}
