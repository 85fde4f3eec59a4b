//! A role that may create persistent volumes.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "persistent-volume-creation-allowed",
        title: "role may create persistent volumes",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("persistent_volume_creation_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["persistentvolumes"], verbs: &["create", "update", "patch"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
