//! A role that may delete logs of pods.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-logs-deletable",
        title: "role may delete logs of pods",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pod_logs_deletable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["pods/log"], verbs: &["delete", "deletecollection"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
