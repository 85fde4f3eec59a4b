//! A webhook whose certificate cannot be verified.

use ironsides_core::Inventory;

use super::{API_SERVICE, MUTATING, VALIDATING};
use crate::configuration::content::decode;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-without-ca-bundle",
        title: "certificate of a webhook or an API cannot be verified",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_without_ca_bundle.md"),
    },
    run: Run::Together { judges: &[VALIDATING, MUTATING, API_SERVICE], needs: &[], welcomes: &[], run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let webhooks = object.cursor().get("webhooks");
    let spec = object.cursor().get("spec");
    let of_webhooks = webhooks.items().map(|webhook| webhook.get("clientConfig"));
    let clients = of_webhooks.chain(spec.get("service").is_set().then_some(spec));
    for client in clients {
        let at = client.get("caBundle");
        if !client.get("service").is_set() || client.get("insecureSkipTLSVerify").is(true) {
            out.pass(&at);
            continue;
        }
        let text = at.str().unwrap_or_default().trim();
        if text.is_empty() {
            // Programs write it when they are installed; in a cluster it must be there.
            if inventory.server().is_some() {
                out.fail(&at, "no caBundle, and no public authority signs for the name of a Service");
            } else {
                out.pass(&at);
            }
            continue;
        }
        let holds = decode(text).is_some_and(|bytes| holds_certificate(&bytes));
        if holds {
            out.pass(&at);
        } else {
            out.fail(&at, "caBundle holds no certificate, so that no connection is trusted")
                .confidence(Confidence::Medium);
        }
    }
}

fn holds_certificate(bytes: &[u8]) -> bool {
    let begin = b"-----BEGIN CERTIFICATE-----";
    bytes.windows(begin.len()).any(|window| window == begin)
}
