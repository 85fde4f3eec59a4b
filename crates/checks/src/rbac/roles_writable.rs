//! A role that may write roles and bindings.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "roles-writable",
        title: "role may change roles and bindings",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("roles_writable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power {
    group: "rbac.authorization.k8s.io",
    resources: &["roles", "rolebindings", "clusterroles", "clusterrolebindings"],
    verbs: &["create", "update", "patch", "delete"],
}];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
