//! A role that may create pods.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-creation-allowed",
        title: "role may create pods",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pod_creation_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["pods"], verbs: &["create"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
