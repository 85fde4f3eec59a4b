//! A role that may open connections to any port of pods.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pods-portforward-allowed",
        title: "role may forward ports of pods",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pods_portforward_allowed.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[Power { group: "", resources: &["pods/portforward"], verbs: &["create", "get"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
