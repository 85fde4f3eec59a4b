//! A role that may talk to kubelets through the API server.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
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
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["nodes/proxy"], verbs: &["get", "create"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
