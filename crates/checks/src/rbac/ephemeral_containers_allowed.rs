//! A role that may put ephemeral containers into running pods.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ephemeral-containers-allowed",
        title: "role may add containers to running pods",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("ephemeral_containers_allowed.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["pods/ephemeralcontainers"], verbs: &["update", "patch"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
