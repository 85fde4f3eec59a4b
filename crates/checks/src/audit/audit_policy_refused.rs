//! A policy that the API server refuses.

use ironsides_audit::PolicyError;
use ironsides_tree::Node;

use super::POLICY;
use crate::document::paths;
use crate::out::Draft;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-refused",
        title: "API server does not start with the audit policy",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_refused.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Err(errors) = &out.audit().loaded else { return out.pass(&policy.cursor().get("rules")) };
    let paths = paths(policy, errors.iter().map(|error| error.span));
    for error in errors {
        let path = paths.get(&error.span).map_or("", String::as_str).trim_start_matches('.');
        let finding = out.fail_at(path, error.span, error.message.as_str());
        finding.key(error.message.as_str());
        mend(policy, error, finding);
    }
}

/// Offers the right spelling of a level, and the version that is read.
fn mend(policy: &Object, error: &PolicyError, finding: &mut Draft) {
    let root = policy.cursor();
    let version = root.get("apiVersion");
    let is_it = |at: &Cursor<'_>| at.node().map(Node::span) == Some(error.span);
    if is_it(&version) && version.str().is_some_and(|text| text.starts_with("audit.k8s.io/")) {
        finding.safe_fix("set apiVersion to audit.k8s.io/v1", || [set(&version, "audit.k8s.io/v1")]);
        return;
    }
    let Some(level) = root.get("rules").items().map(|rule| rule.get("level")).find(is_it) else { return };
    let word = level.str().unwrap_or_default().trim();
    let meant =
        ironsides_audit::Level::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word));
    if let Some(meant) = meant {
        finding.safe_fix(format!("set level to {meant}"), || [set(&level, meant.as_str())]);
    }
}
