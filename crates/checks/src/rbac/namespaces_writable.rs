//! A role that may change namespaces and their labels.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
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
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["namespaces"], verbs: &["update", "patch"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
