//! A role that lifts the limit on what roles may be given.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "escalate-or-bind-allowed",
        title: "role may give itself any permission",
        severity: Severity::Critical,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("escalate_or_bind_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power {
    group: "rbac.authorization.k8s.io",
    resources: &["roles", "clusterroles"],
    verbs: &["escalate", "bind"],
}];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
