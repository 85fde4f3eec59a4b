//! Namespaces beside resources that are in none.

use super::POLICY;
use super::known::is_global;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-namespace-of-global-resource",
        title: "audit rule wants a namespace of resources that have none",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_namespace_of_global_resource.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        let some = !rule.namespaces.is_empty() && !rule.namespaces.iter().any(String::is_empty);
        for (entry, at) in rule.resources.iter().zip(at.get("resources").items()) {
            for at in at.get("resources").items() {
                let plural = at.str().and_then(|text| text.split('/').next()).unwrap_or_default();
                if some && is_global(&entry.group, plural) {
                    let said = "are in no namespace, so a rule with namespaces never sees them";
                    out.fail(&at, format!("{plural} {said}"));
                } else {
                    out.pass(&at);
                }
            }
        }
    }
}
