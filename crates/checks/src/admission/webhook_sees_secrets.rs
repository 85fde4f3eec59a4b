//! A webhook that Secrets pass through.

use super::WEBHOOKS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-sees-secrets",
        title: "webhook is shown every Secret",
        severity: Severity::Medium,
        family: "admission",
        since: "0.1.0",
        page: include_str!("webhook_sees_secrets.md"),
    },
    run: Run::Kinds(WEBHOOKS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    for webhook in object.cursor().get("webhooks").items() {
        // A selector of objects or namespaces keeps most away.
        let narrow = ["objectSelector", "namespaceSelector"].into_iter().any(|field| {
            let at = webhook.get(field);
            at.get("matchLabels").entries().next().is_some()
        });
        for rule in webhook.get("rules").items() {
            let lists = |field, value: &str| rule.get(field).items().any(|item| item.str() == Some(value));
            let core = lists("apiGroups", "") || lists("apiGroups", "*");
            let kind = ["secrets", "*", "*/*"].into_iter().find(|value| lists("resources", value));
            let writes = ["CREATE", "UPDATE", "*"].into_iter().any(|value| lists("operations", value));
            match kind.filter(|_| core && writes && !narrow) {
                Some(kind) => {
                    let message = format!("the webhook is shown Secrets: resources names \"{kind}\"");
                    let finding = out.fail(&rule.get("resources"), message);
                    if kind != "secrets" {
                        finding.severity(Severity::Low);
                    }
                }
                None => out.pass(&rule.get("resources")),
            }
        }
    }
}
