//! A role that may write config maps.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "config-maps-writable",
        title: "role may change ConfigMaps",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("config_maps_writable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["configmaps"], verbs: &["create", "update", "patch"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
