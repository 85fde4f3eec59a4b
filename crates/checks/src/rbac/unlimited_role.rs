//! A role that leaves nothing out.

use super::ROLES;
use super::rule::{Rule, excused, platform_name};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unlimited-role",
        title: "role allows everything",
        severity: Severity::Critical,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("unlimited_role.md"),
    },
    run: Run::Kinds(ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    for rule in Rule::all(role) {
        if !rule.is_unlimited() {
            out.pass(&rule.at);
            continue;
        }
        let kind = &role.reference().kind;
        let message = format!("the {kind} allows everything on all resources of all groups");
        let finding = match platform_name(role) {
            Some(look_at) => out.manual(&rule.at, message, look_at),
            None => out.fail(&rule.at, message),
        };
        // It ends with its namespace, and with what can be reached from there.
        if **kind == *"Role" {
            finding.severity(Severity::High);
        }
    }
}
