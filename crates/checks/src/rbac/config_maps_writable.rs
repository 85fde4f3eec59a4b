//! A role that may write config maps.

use super::ROLES;
use super::rule::{Power, report};
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
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["configmaps"], verbs: &["create", "update", "patch"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
