//! Tokens in the audit log.

use super::POLICY;
use super::bodies::{Bodies, none, report};
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "token-bodies-in-audit-log",
        title: "audit log holds tokens",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("token_bodies_in_audit_log.md"),
    },
    run: Run::Kinds(POLICY, run),
};

pub(super) const BODIES: &[Bodies] = &[
    Bodies { group: "", resource: "serviceaccounts/token", in_requests: &[], in_responses: &["create"] },
    Bodies {
        group: "authentication.k8s.io",
        resource: "tokenreviews",
        in_requests: &["create"],
        in_responses: &["create"],
    },
];

fn run(policy: &Object, out: &mut Out<'_>) {
    if let Some(lint) = Lint::of(policy, out) {
        report(&lint, "tokens", BODIES, none, out);
    }
}
