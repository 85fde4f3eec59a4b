//! Names beside verbs whose requests carry none.

use super::POLICY;
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-names-on-nameless-requests",
        title: "audit rule wants a name of requests that have none",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_names_on_nameless_requests.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        for (entry, at) in rule.resources.iter().zip(at.get("resources").items()) {
            let names = at.get("resourceNames");
            let nameless: Vec<&str> = rule
                .verbs
                .iter()
                .map(String::as_str)
                .filter(|verb| matches!(*verb, "create" | "deletecollection"))
                .collect();
            let named =
                !entry.resource_names.is_empty() && !entry.resource_names.iter().any(String::is_empty);
            // Requests to subresources carry the name of their object.
            let of_objects = entry.resources.iter().any(|resource| !resource.contains('/'));
            if !named || !of_objects || nameless.is_empty() {
                out.pass(if names.is_set() { &names } else { &at });
                continue;
            }
            let what = listed(&nameless);
            let finding =
                out.fail(&names, format!("requests to {what} carry no name, so the rule never sees them"));
            if nameless.len() < rule.verbs.len() {
                finding.severity(Severity::Low);
            }
        }
    }
}
