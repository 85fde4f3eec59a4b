//! A rule for whatever groups there are.

use super::ROLES;
use super::rule::{Rule, excused};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wildcard-api-groups",
        title: "role covers all API groups",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("wildcard_api_groups.md"),
    },
    run: Run::Kinds(ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    for rule in Rule::all(role) {
        if rule.has_all_groups() && !rule.has_all_resources() {
            let kind = &role.reference().kind;
            out.fail(&rule.at, format!("the {kind} allows its verbs on these resources in all API groups"));
        } else {
            out.pass(&rule.at);
        }
    }
}
