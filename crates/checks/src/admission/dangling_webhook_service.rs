//! A webhook whose Service is not there.

use ironsides_core::Inventory;

use super::WEBHOOKS;
use crate::gathered::{Lead, among, follow};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-webhook-service",
        title: "webhook names no service of the input",
        severity: Severity::Low,
        family: "admission",
        since: "0.1.0",
        page: include_str!("dangling_webhook_service.md"),
    },
    run: Run::Together { judges: WEBHOOKS, needs: &[("", "Service")], welcomes: &[], run },
};

const SERVICE: (&str, &str) = ("", "Service");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    for webhook in object.cursor().get("webhooks").items() {
        let service = webhook.at(&["clientConfig", "service"]);
        let (at, namespace) = (service.get("name"), service.get("namespace"));
        let (Some(name), Some(namespace)) = (at.str(), namespace.str()) else { continue };
        match follow(inventory, SERVICE, Some(namespace), name) {
            Lead::Found | Lead::Missing(Confidence::Low) => out.pass(&at),
            Lead::Missing(confidence) => {
                let place = among(inventory);
                out.fail(&at, format!("the Service \"{name}\" of \"{namespace}\" is not {place}"))
                    .confidence(confidence);
            }
            Lead::Unseen(missing) => {
                out.unknown(&at, format!("nobody can tell whether the Service \"{name}\" is there"), missing);
            }
        }
    }
}
