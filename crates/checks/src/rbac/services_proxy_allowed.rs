//! A role that may connect to pods and Services through the API server.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
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
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["services/proxy", "pods/proxy"], verbs: &["get", "create"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
