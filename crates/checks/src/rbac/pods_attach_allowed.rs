//! A role that may attach to the processes of running containers.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
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
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["pods/attach"], verbs: &["create", "get"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
