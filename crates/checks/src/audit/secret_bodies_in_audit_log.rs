//! Values of secrets in the audit log.

use super::POLICY;
use super::bodies::{Bodies, none, report};
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secret-bodies-in-audit-log",
        title: "audit log holds the values of secrets",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("secret_bodies_in_audit_log.md"),
    },
    run: Run::Kinds(POLICY, run),
};

pub(super) const BODIES: &[Bodies] = &[Bodies {
    group: "",
    resource: "secrets",
    in_requests: &["create", "update", "patch"],
    in_responses: &["create", "update", "patch", "get", "list", "delete", "deletecollection"],
}];

fn run(policy: &Object, out: &mut Out<'_>) {
    if let Some(lint) = Lint::of(policy, out) {
        report(&lint, "secret values", BODIES, none, out);
    }
}
