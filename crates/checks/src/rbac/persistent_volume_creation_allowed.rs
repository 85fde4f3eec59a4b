//! A role that may create persistent volumes.

use super::ROLES;
use super::rule::{Power, report};
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
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["persistentvolumes"], verbs: &["create", "update", "patch"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
