//! A role that may run commands in running containers.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pods-exec-allowed",
        title: "role may run commands in pods",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pods_exec_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["pods/exec"], verbs: &["create", "get"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
