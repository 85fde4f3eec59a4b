//! A role that may delete events.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "event-deletion-allowed",
        title: "role may delete events",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("event_deletion_allowed.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[
    Power { group: "", resources: &["events"], verbs: &["delete", "deletecollection"] },
    Power { group: "events.k8s.io", resources: &["events"], verbs: &["delete", "deletecollection"] },
];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
