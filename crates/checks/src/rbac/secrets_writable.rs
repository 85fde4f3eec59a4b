//! A role that may write Secrets.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "secrets-writable",
        title: "role may write secrets",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("secrets_writable.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["secrets"], verbs: &["create", "update", "patch"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
