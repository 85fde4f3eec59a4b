//! A role that may issue tokens for service accounts.

use super::ROLES;
use super::rule::{Power, report};
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
    run: Run::Kinds(ROLES, run),
};

const POWERS: &[Power] = &[Power { group: "", resources: &["serviceaccounts/token"], verbs: &["create"] }];

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
