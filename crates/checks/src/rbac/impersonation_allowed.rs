//! A role that may impersonate other identities.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "impersonation-allowed",
        title: "role may act as somebody else",
        severity: Severity::Critical,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("impersonation_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power { group: "", resources: &["users", "groups", "serviceaccounts"], verbs: &["impersonate"] },
    Power {
        group: "authentication.k8s.io",
        resources: &["uids", "userextras", "users", "groups", "serviceaccounts"],
        verbs: &[
            "impersonate",
            "impersonate:user-info",
            "impersonate:serviceaccount",
            "impersonate:arbitrary-node",
            "impersonate:associated-node",
        ],
    },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
