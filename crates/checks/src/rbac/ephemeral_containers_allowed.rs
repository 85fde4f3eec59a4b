//! A role that may put ephemeral containers into running pods.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ephemeral-containers-allowed",
        title: "role may add containers to running pods",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("ephemeral_containers_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["pods/ephemeralcontainers"], verbs: &["update", "patch"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
