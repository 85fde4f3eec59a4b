//! A role that may change the kinds that a cluster serves.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "custom-resource-definitions-writable",
        title: "role may change custom resource definitions",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("custom_resource_definitions_writable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power {
        group: "apiextensions.k8s.io",
        resources: &["customresourcedefinitions"],
        verbs: &["create", "update", "patch", "delete"],
    },
    Power {
        group: "apiregistration.k8s.io",
        resources: &["apiservices"],
        verbs: &["create", "update", "patch", "delete"],
    },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
