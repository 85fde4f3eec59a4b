//! A webhook without which its own pods do not start.

use ironsides_core::{Inventory, LabelSelector, Labels};

use super::WEBHOOKS;
use super::webhook::{Selected, fails_closed, has_conditions, is_asked_about, selects};
use crate::gathered::{Pods, matches, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-blocks-itself",
        title: "webhook that does not answer blocks its own pods",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_blocks_itself.md"),
    },
    run: Run::Together { judges: WEBHOOKS, needs: &[], welcomes: WELCOMES, run },
};

const WELCOMES: &[(&str, &str)] = &[("", "Namespace"), ("", "Service"), ANY_POD];

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    for webhook in object.cursor().get("webhooks").items() {
        let service = webhook.at(&["clientConfig", "service"]);
        let at = service.get("namespace");
        let (Some(namespace), Some(name)) = (at.str(), service.get("name").str()) else {
            out.pass(&webhook.get("clientConfig"));
            continue;
        };
        if !fails_closed(&webhook, &object.reference().api_version)
            || !is_asked_about(&webhook, "pods", &["CREATE"])
            || !may_select_own_pods(&webhook, inventory, namespace, name, out)
        {
            out.pass(&at);
            continue;
        }
        let selected = selects(&webhook, inventory, namespace);
        if selected == Selected::No {
            out.pass(&at);
            continue;
        }
        let message =
            format!("while the webhook does not answer, its own pods in \"{namespace}\" are refused as well");
        if has_conditions(&webhook) {
            out.manual(&at, message, "whether its matchConditions leave its own pods out");
            continue;
        }
        let finding = out.fail(&at, message);
        if selected == Selected::Perhaps {
            finding.confidence(Confidence::Low);
        }
    }
}

/// Whether the `objectSelector` lets through the pods behind the Service, as far as these are known.
fn may_select_own_pods(
    webhook: &Cursor<'_>,
    inventory: &Inventory,
    namespace: &str,
    name: &str,
    out: &Out<'_>,
) -> bool {
    let at = webhook.get("objectSelector");
    let Ok(objects) = LabelSelector::read(&at) else { return false };
    if objects.is_everything() {
        return true;
    }
    let Some(service) = named(inventory, ("", "Service"), namespace, name).next() else { return false };
    let at = service.cursor().get("spec").get("selector");
    let Ok(selector) = LabelSelector::read_map(&at) else { return false };
    let pods = Pods::of(inventory, out.templates());
    let mut places = pods.selected(namespace, &selector).filter_map(|place| inventory.objects().get(place));
    places.any(|pod| {
        Pod::labels_in(pod, out.templates()).is_some_and(|labels: Labels<'_>| matches(&objects, labels))
    })
}
