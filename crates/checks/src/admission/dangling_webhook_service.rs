//! A webhook or an aggregated API whose Service is not there.

use ironsides_core::Inventory;

use super::{API_SERVICE, MUTATING, VALIDATING};
use crate::gathered::{Lead, among, follow};
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
        match follow(inventory, SERVICE, Some(namespace), name) {
            Lead::Found | Lead::Missing(Confidence::Low) => out.pass(&at),
            Lead::Missing(confidence) => {
                let place = among(inventory);
                out.fail(&at, format!("the Service \"{name}\" of \"{namespace}\" is not {place}"))
                    .confidence(confidence);
            }
            Lead::LeftOut(why) => out.not_applicable(why),
            Lead::Unseen(missing) => {
                out.unknown(&at, format!("nobody can tell whether the Service \"{name}\" is there"), missing);
            }
        }
    }
}
