//! A role that may delete events.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
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
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power { group: "", resources: &["events"], verbs: &["delete", "deletecollection"] },
    Power { group: "events.k8s.io", resources: &["events"], verbs: &["delete", "deletecollection"] },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
