//! Nodes that depend on a webhook.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::authorization::Chain;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-webhook-before-node",
        title: "API server asks a webhook before it asks who nodes are",
        severity: Severity::Low,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_webhook_before_node.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    let Some(chain) = Chain::of(server, out) else { return };
    let at = |name: &str| chain.types.iter().position(|one| one == name);
    match (at("Webhook"), at("Node")) {
        (Some(webhook), Some(node)) if webhook < node => {
            let message = format!(
                "{} has Webhook before Node: every request of a node waits for the webhook",
                chain.name()
            );
            chain.fail(message, None, out);
        }
        _ => chain.pass(out),
    }
}
