//! A role that may issue tokens for service accounts.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "token-creation-allowed",
        title: "role may issue tokens of service accounts",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("token_creation_allowed.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power { group: "", resources: &["serviceaccounts/token"], verbs: &["create"] }];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
