//! A role that may delete what runs and what it stored.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "workload-deletion-allowed",
        title: "role may delete workloads or their data",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("workload_deletion_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power {
        group: "",
        resources: &[
            "pods",
            "services",
            "configmaps",
            "secrets",
            "namespaces",
            "persistentvolumeclaims",
            "persistentvolumes",
        ],
        verbs: &["delete", "deletecollection"],
    },
    Power {
        group: "apps",
        resources: &["deployments", "statefulsets", "daemonsets"],
        verbs: &["delete", "deletecollection"],
    },
    Power { group: "batch", resources: &["jobs", "cronjobs"], verbs: &["delete", "deletecollection"] },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
