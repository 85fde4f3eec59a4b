//! A role that may open connections to any port of pods.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pods-portforward-allowed",
        title: "role may forward ports of pods",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pods_portforward_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["pods/portforward"], verbs: &["create", "get"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
