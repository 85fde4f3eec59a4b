//! A rule for whatever verbs there are.

use super::ROLES;
use super::rule::{Rule, excused, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wildcard-verbs",
        title: "role allows all verbs",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("wildcard_verbs.md"),
    },
    run: Run::Kinds(ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    for rule in Rule::all(role) {
        // Rules for all resources are another check's.
        if !rule.has_all_verbs() || rule.has_all_resources() {
            out.pass(&rule.at);
            continue;
        }
        let mut names: Vec<&str> =
            rule.list("resources").chain(rule.list("nonResourceURLs")).take(4).collect();
        if names.len() == 4 {
            names[3] = "more";
        }
        let message = format!("the {} allows all verbs on {}", role.reference().kind, listed(&names));
        let finding = out.fail(&rule.at, message);
        if rule.is_limited() {
            finding.severity(Severity::Low);
        }
    }
}
