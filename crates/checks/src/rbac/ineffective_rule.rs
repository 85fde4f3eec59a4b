//! A rule that looks as if it allowed something, and does not.

use super::ROLES;
use super::rule::{Rule, excused, is_global, is_global_anywhere};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ineffective-rule",
        title: "rule of a role allows nothing",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("ineffective_rule.md"),
    },
    run: Run::Kinds(ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    for rule in Rule::all(role) {
        match fault(role, &rule) {
            Some((field, why)) => _ = out.fail(&rule.at.get(field), why),
            None => out.pass(&rule.at),
        }
    }
}

/// What makes a rule, or a part of it, match no request there is.
fn fault(role: &Object, rule: &Rule<'_>) -> Option<(&'static str, String)> {
    let pattern = |text: &&str| {
        let rest = text.strip_prefix("*/").unwrap_or(text);
        *text != "*" && rest.contains('*')
    };
    if let Some(resource) = rule.list("resources").find(pattern) {
        return Some(("resources", format!("\"{resource}\" is no pattern to RBAC and allows nothing")));
    }
    if let Some(group) = rule.list("apiGroups").find(|group| *group != "*" && group.contains('*')) {
        return Some(("apiGroups", format!("\"{group}\" is no pattern to RBAC and allows nothing")));
    }
    if let Some(group) = rule.list("apiGroups").find(|group| group.contains('/') || *group == "v1") {
        return Some((
            "apiGroups",
            format!("\"{group}\" is a version; groups are written without, the core group as \"\""),
        ));
    }
    let upper = |text: &&str| text.contains(|letter: char| letter.is_ascii_uppercase());
    for field in ["resources", "verbs"] {
        if let Some(text) = rule.list(field).find(upper) {
            return Some((
                field,
                format!("\"{text}\" has capital letters; {field} are written in small ones"),
            ));
        }
    }
    if rule.is_limited() {
        let nameless = |verb: &str| matches!(verb, "create" | "deletecollection");
        let all_top = rule.list("resources").all(|resource| !resource.contains('/'));
        let mut verbs = rule.list("verbs").peekable();
        if all_top && verbs.peek().is_some() && verbs.all(nameless) {
            let why =
                "requests with these verbs carry no name, so a rule with resourceNames never matches one";
            return Some(("verbs", why.into()));
        }
    }
    if role.reference().kind == "Role" {
        let groups = || rule.list("apiGroups");
        let global = |resource: &&str| {
            !resource.contains('*')
                && groups().next().is_some()
                && groups()
                    .all(|group| is_global(group, resource) || group == "*" && is_global_anywhere(resource))
        };
        if let Some(resource) = rule.list("resources").find(global) {
            return Some((
                "resources",
                format!("\"{resource}\" belongs to no namespace, so a Role cannot allow it"),
            ));
        }
    }
    let urls = rule.list("nonResourceURLs").next().is_some();
    if urls && role.reference().kind == "Role" {
        return Some(("nonResourceURLs", "paths belong to no namespace, so a Role cannot allow them".into()));
    }
    None
}
