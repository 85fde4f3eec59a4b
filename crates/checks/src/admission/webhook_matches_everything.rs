//! A webhook that is asked about every request.

use super::WEBHOOKS;
use super::webhook::{fails_closed, has_conditions, has_object_selector};
use crate::prelude::*;
use ironsides_core::LabelSelector;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-matches-everything",
        title: "webhook is asked about every change of every object",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_matches_everything.md"),
    },
    run: Run::Kinds(WEBHOOKS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    for webhook in object.cursor().get("webhooks").items() {
        let namespaces = LabelSelector::read(&webhook.get("namespaceSelector"));
        let narrow = has_conditions(&webhook)
            || has_object_selector(&webhook)
            || namespaces.is_ok_and(|selector| !selector.is_everything());
        for rule in webhook.get("rules").items() {
            let lists = |field, values: &[&str]| {
                rule.get(field).items().any(|item| item.str().is_some_and(|text| values.contains(&text)))
            };
            let operations = lists("operations", &["*"])
                || ["CREATE", "UPDATE", "DELETE"].into_iter().all(|one| lists("operations", &[one]));
            let everything = operations && lists("apiGroups", &["*"]) && lists("resources", &["*", "*/*"]);
            if !everything || narrow {
                out.pass(&rule);
                continue;
            }
            let finding =
                out.fail(&rule, "the webhook is asked about every change of every object of every group");
            if !fails_closed(&webhook, &object.reference().api_version) {
                finding.severity(Severity::Low);
            }
        }
    }
}
