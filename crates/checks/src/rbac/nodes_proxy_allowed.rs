//! A role that may talk to kubelets through the API server.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "nodes-proxy-allowed",
        title: "role may reach the kubelets",
        severity: Severity::Critical,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("nodes_proxy_allowed.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[Power { group: "", resources: &["nodes/proxy"], verbs: &["get", "create"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
