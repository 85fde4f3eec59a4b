//! A role that may read Secrets.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
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
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["secrets"], verbs: &["get", "list", "watch"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
