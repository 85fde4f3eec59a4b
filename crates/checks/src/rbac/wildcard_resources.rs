//! A rule for whatever resources there are.

use super::ROLES;
use super::rule::{Rule, excused};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wildcard-resources",
        title: "role covers all resources of a group",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("wildcard_resources.md"),
    },
    run: Run::Kinds(ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    let kind = &role.reference().kind;
    for rule in Rule::all(role) {
        // Other checks speak of rules that leave nothing out at all, or nothing of the core group.
        if !rule.has_all_resources() || rule.is_unlimited() || rule.is_wild() && rule.covers("", "secrets") {
            out.pass(&rule.at);
            continue;
        }
        let groups: Vec<String> = rule.list("apiGroups").map(|group| format!("\"{group}\"")).collect();
        let which = match groups.as_slice() {
            _ if rule.has_all_groups() => "all groups".to_owned(),
            [one] => format!("the group {one}"),
            more => format!("the groups {}", more.join(", ")),
        };
        let verbs = if rule.has_all_verbs() { "everything" } else { "its verbs" };
        let finding = out.fail(&rule.at, format!("the {kind} allows {verbs} on all resources of {which}"));
        if rule.is_wild() {
            finding.severity(Severity::High);
        }
    }
}
