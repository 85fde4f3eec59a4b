//! A role that may attach to the processes of running containers.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pods-attach-allowed",
        title: "role may attach to running containers",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pods_attach_allowed.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[Power { group: "", resources: &["pods/attach"], verbs: &["create", "get"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
