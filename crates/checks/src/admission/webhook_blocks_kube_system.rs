//! A webhook that stands in the way of the cluster's own pods.

use ironsides_core::Inventory;

use super::WEBHOOKS;
use super::webhook::{Selected, fails_closed, has_conditions, has_object_selector, is_asked_about, selects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-blocks-kube-system",
        title: "webhook that does not answer blocks kube-system",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_blocks_kube_system.md"),
    },
    run: Run::Together { judges: WEBHOOKS, needs: &[], welcomes: &[("", "Namespace")], run },
};

const NAMESPACE: &str = "kube-system";

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    for webhook in object.cursor().get("webhooks").items() {
        let at = webhook.get("namespaceSelector");
        if !fails_closed(&webhook, &object.reference().api_version)
            || !is_asked_about(&webhook, "pods", &["CREATE"])
            || has_object_selector(&webhook)
        {
            out.pass(&at);
            continue;
        }
        let selected = selects(&webhook, inventory, NAMESPACE);
        if selected == Selected::No {
            out.pass(&at);
            continue;
        }
        let message = "no pod starts in kube-system while the webhook does not answer";
        if has_conditions(&webhook) {
            out.manual(&at, message, "whether its matchConditions leave kube-system out");
            continue;
        }
        let finding = out.fail(&at, message);
        if selected == Selected::Perhaps {
            finding.confidence(Confidence::Low);
        }
        if !at.is_set() {
            finding.effective("every namespace", "the default of namespaceSelector");
        }
    }
}
