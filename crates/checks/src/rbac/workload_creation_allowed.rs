//! A role that may create or change what pods are made from.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "workload-creation-allowed",
        title: "role may create workloads",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("workload_creation_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power {
        group: "apps",
        resources: &["deployments", "statefulsets", "daemonsets", "replicasets"],
        verbs: &["create", "update", "patch"],
    },
    Power { group: "batch", resources: &["jobs", "cronjobs"], verbs: &["create", "update", "patch"] },
    Power { group: "", resources: &["replicationcontrollers"], verbs: &["create", "update", "patch"] },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
