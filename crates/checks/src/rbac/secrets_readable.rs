//! A role that may read Secrets.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secrets-readable",
        title: "role may read secrets",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("secrets_readable.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[Power { group: "", resources: &["secrets"], verbs: &["get", "list", "watch"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
