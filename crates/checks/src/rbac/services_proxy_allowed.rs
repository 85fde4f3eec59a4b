//! A role that may connect to pods and Services through the API server.

use super::ROLES;
use super::rule::{Power, report};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "services-proxy-allowed",
        title: "role may reach pods and services through the API server",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("services_proxy_allowed.md"),
    },
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["services/proxy", "pods/proxy"], verbs: &["get", "create"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
