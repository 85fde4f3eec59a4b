//! A webhook that is called by its address.

use super::WEBHOOKS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-outside-cluster",
        title: "webhook sends objects out of the cluster",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_outside_cluster.md"),
    },
    run: Run::Kinds(WEBHOOKS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    for webhook in object.cursor().get("webhooks").items() {
        let at = webhook.at(&["clientConfig", "url"]);
        match at.str() {
            Some(_) => _ = out.fail(&at, "the API server sends objects to an address instead of a Service"),
            None => out.pass(&webhook.get("clientConfig")),
        }
    }
}
