//! A role that may change nodes.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "nodes-writable",
        title: "role may change nodes",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("nodes_writable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power {
    group: "",
    resources: &["nodes", "nodes/status"],
    verbs: &["create", "update", "patch", "delete"],
}];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
