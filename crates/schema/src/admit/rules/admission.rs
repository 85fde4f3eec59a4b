//! Webhooks and admission policies. Source: `pkg/apis/admissionregistration/validation`. Expressions are not compiled
//! here.

use super::super::draft::Draft;
use super::faults::Faults;

/// A type of the group.
pub(super) fn check(value: &Draft, name: &str, faults: &mut Faults) {
    match name.rsplit('.').next().unwrap_or_default() {
        "ValidatingWebhook" | "MutatingWebhook" => webhook(value, faults),
        "RuleWithOperations" | "NamedRuleWithOperations" => rule(value, faults),
        "ValidatingAdmissionPolicySpec" => {
            let any = value.get("validations").is_filled() || value.get("auditAnnotations").is_filled();
            faults.ensure(any, "validations", "validations or auditAnnotations are required");
            constraints(value, faults);
        }
        "MutatingAdmissionPolicySpec" => constraints(value, faults),
        "Mutation" => {
            let source =
                if value.str("patchType") == "JSONPatch" { "jsonPatch" } else { "applyConfiguration" };
            faults.ensure(value.get(source).has("expression"), source, "is required");
            let both = value.has("jsonPatch") && value.has("applyConfiguration");
            faults.ensure(!both, "", "one patch is allowed");
        }
        "ValidatingAdmissionPolicyBindingSpec" => {
            let actions = value.get("validationActions").items();
            let twice = (1..actions.len()).any(|at| actions[..at].contains(&actions[at]));
            faults.ensure(!twice, "validationActions", "an action stands twice");
            let has = |name: &str| actions.iter().any(|action| action.text() == name);
            faults.ensure(
                !(has("Deny") && has("Warn")),
                "validationActions",
                "Deny and Warn exclude each other",
            );
        }
        "ParamRef" => {
            let both = value.has("name") == value.has("selector");
            faults.ensure(!both, "", "one of name and selector is required");
        }
        _ => {}
    }
}

fn constraints(spec: &Draft, faults: &mut Faults) {
    let rules = spec.at(&["matchConstraints", "resourceRules"]);
    faults.ensure(
        !spec.has("matchConstraints") || rules.is_filled(),
        "matchConstraints",
        "resourceRules are required",
    );
}

fn webhook(webhook: &Draft, faults: &mut Faults) {
    let config = webhook.get("clientConfig");
    faults.ensure(
        config.has("url") != config.has("service"),
        "clientConfig",
        "one of url and service is required",
    );
    if config.has("url") {
        let url = config.str("url");
        let host = url.strip_prefix("https://").unwrap_or_default();
        let right = !host.is_empty() && !host.starts_with('/') && !host.contains(['?', '#', '@']);
        faults.ensure(right, "clientConfig", "url must begin with https:// and name a host");
    }
    let path = config.at(&["service", "path"]).text();
    let clean = path.is_empty() || path == "/" || (path.starts_with('/') && !path.contains("//"));
    faults.ensure(clean, "clientConfig", "the path must begin with a slash");
    let versions = webhook.get("admissionReviewVersions").items();
    let known = versions.iter().any(|version| matches!(version.text(), "v1" | "v1beta1"));
    faults.ensure(versions.is_empty() || known, "admissionReviewVersions", "must include v1 or v1beta1");
}

fn rule(rule: &Draft, faults: &mut Faults) {
    for key in ["operations", "apiGroups", "apiVersions"] {
        let items = rule.get(key).items();
        let alone = items.len() < 2 || items.iter().all(|item| item.text() != "*");
        faults.ensure(alone, key, "* stands alone");
        let named = key == "apiGroups" || items.iter().all(|item| !item.text().is_empty());
        faults.ensure(named, key, "must not be empty");
    }
    let resources = rule.get("resources").items();
    faults.ensure(resources.iter().all(|item| !item.text().is_empty()), "resources", "must not be empty");
    let all = resources.iter().any(|item| item.text() == "*/*");
    faults.ensure(!all || resources.len() == 1, "resources", "*/* stands alone");
    let bare = resources.iter().any(|item| item.text() == "*");
    let plain = resources.iter().all(|item| item.text().contains('/') || item.text() == "*");
    faults.ensure(!bare || plain, "resources", "* stands for all without a slash");
}
