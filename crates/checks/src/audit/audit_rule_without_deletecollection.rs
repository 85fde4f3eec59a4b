//! Rules that know one way to delete.

use super::POLICY;
use super::lint::{Lint, item};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-rule-without-deletecollection",
        title: "audit rule for deletions misses deletecollection",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_rule_without_deletecollection.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (number, rule, at) in lint.recording() {
        let verbs = at.get("verbs");
        if item(&verbs, "delete").is_none()
            || item(&verbs, "deletecollection").is_some()
            || !rule.non_resource_urls.is_empty()
        {
            out.pass(if verbs.is_set() { &verbs } else { at });
            continue;
        }
        match lint.escapes(number, "deletecollection") {
            Some((request, decision)) => {
                let message = format!(
                    "requests that delete a whole collection are recorded at {}, not {}: {request}",
                    decision.level, rule.level
                );
                out.fail(&verbs, message)
                    .safe_fix("list deletecollection too", || [append(&verbs, "deletecollection")]);
            }
            None => out.pass(&verbs),
        }
    }
}
