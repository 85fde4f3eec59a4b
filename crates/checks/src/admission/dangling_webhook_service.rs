//! A webhook or an aggregated API whose Service is not there.

use ironsides_core::Inventory;

use super::{API_SERVICE, MUTATING, VALIDATING};
use crate::gathered::{among, follow};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-webhook-service",
        title: "webhook or API names no service of the input",
        severity: Severity::Low,
        family: "admission",
        since: "0.1.0",
        page: include_str!("dangling_webhook_service.md"),
    },
    run: Run::Together {
        judges: &[VALIDATING, MUTATING, API_SERVICE],
        needs: &[("", "Service")],
        welcomes: &[],
        run,
    },
};

const SERVICE: (&str, &str) = ("", "Service");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let webhooks = object.cursor().get("webhooks");
    let of_webhooks = webhooks.items().map(|webhook| webhook.at(&["clientConfig", "service"]));
    for service in of_webhooks.chain([object.cursor().at(&["spec", "service"])]) {
        let (at, namespace) = (service.get("name"), service.get("namespace"));
        let (Some(name), Some(namespace)) = (at.str(), namespace.str()) else { continue };
        let missing = || format!("the Service \"{name}\" of \"{namespace}\" is not {}", among(inventory));
        let lead = follow(inventory, SERVICE, Some(namespace), name).or_elsewhere();
        if let Some((finding, confidence)) = lead.tell(out, &at, &format!("Service \"{name}\""), missing) {
            finding.confidence(confidence);
        }
    }
}
