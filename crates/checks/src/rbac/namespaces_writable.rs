//! A role that may change namespaces and their labels.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "namespaces-writable",
        title: "role may change namespaces",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("namespaces_writable.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[Power { group: "", resources: &["namespaces"], verbs: &["update", "patch"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
