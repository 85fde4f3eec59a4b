//! A webhook or API whose Service has nobody behind it.

use ironsides_core::Inventory;

use super::{API_SERVICE, MUTATING, VALIDATING};
use crate::gathered::named;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "extension-without-endpoints",
        title: "nobody answers for a webhook or an API",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("extension_without_endpoints.md"),
    },
    run: Run::Together {
        judges: &[VALIDATING, MUTATING, API_SERVICE],
        needs: &[SLICE],
        welcomes: &[SERVICE],
        run,
    },
};

const SLICE: (&str, &str) = ("discovery.k8s.io", "EndpointSlice");
const SERVICE: (&str, &str) = ("", "Service");

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let webhooks = object.cursor().get("webhooks");
    let of_webhooks = webhooks.items().map(|webhook| webhook.at(&["clientConfig", "service"]));
    for service in of_webhooks.chain([object.cursor().at(&["spec", "service"])]) {
        let at = service.get("name");
        let (Some(name), Some(namespace)) = (at.str(), service.get("namespace").str()) else { continue };
        // Another check tells of Services that are not there.
        let Some(known) = named(inventory, SERVICE, namespace, name).next() else {
            out.pass(&at);
            continue;
        };
        if known.cursor().at(&["spec", "type"]).str() == Some("ExternalName") {
            out.pass(&at);
            continue;
        }
        let mut slices = inventory
            .of_kind(SLICE.0, SLICE.1)
            .filter(|slice| {
                let labels = slice.cursor().at(&["metadata", "labels"]);
                slice.reference().namespace.as_deref() == Some(namespace)
                    && labels.get("kubernetes.io/service-name").str() == Some(name)
            })
            .peekable();
        let seen = slices.peek().is_some();
        // Of files nobody knows whether they hold all slices.
        let answers = slices.any(|slice| slice.cursor().get("endpoints").items().any(|one| is_ready(&one)));
        if answers || !seen && inventory.server().is_none() {
            out.pass(&at);
        } else {
            out.fail(&at, format!("no endpoint of the Service \"{namespace}/{name}\" is ready to answer"))
                .also(known, &known.cursor().at(&["spec", "selector"]));
        }
    }
}

/// Whether an endpoint takes requests; what is not told counts as yes.
fn is_ready(endpoint: &Cursor<'_>) -> bool {
    !endpoint.at(&["conditions", "ready"]).is(false) && endpoint.get("addresses").items().next().is_some()
}
