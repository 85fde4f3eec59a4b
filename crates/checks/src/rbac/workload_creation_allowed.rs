//! A role that may create or change what pods are made from.

use super::ROLES;
use super::rule::{Power, report};
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
    run: Run::Kinds(ROLES, run),
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

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
