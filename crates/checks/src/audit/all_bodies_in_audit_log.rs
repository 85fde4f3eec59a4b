//! A rule that records the bodies of all there is.

use ironsides_audit::{Left, Level};

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "all-bodies-in-audit-log",
        title: "audit policy records the bodies of everything",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("all_bodies_in_audit_log.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for ((_, rule, at), left) in lint.rules().zip(lint.left()) {
        let level = at.get("level");
        let all_resources = rule.resources.iter().any(|entry| {
            let all = entry.resources.is_empty() || entry.resources.iter().any(|own| own == "*");
            entry.group == "*" && all && entry.resource_names.is_empty()
        });
        let narrow = [&rule.users, &rule.user_groups, &rule.verbs, &rule.namespaces];
        let is_wide = rule.is_for_all() || all_resources && narrow.iter().all(|list| list.is_empty());
        if rule.level < Level::Request || !is_wide || matches!(left, Left::Nothing(_)) {
            out.pass(&level);
            continue;
        }
        let message =
            format!("the rule records all resources at {}, and so the bodies of all requests", rule.level);
        let finding = out.fail(&level, message);
        if rule.level == Level::Request {
            finding.severity(Severity::Low);
        }
        let test = "see which detections read bodies, and give these resources rules of their own";
        finding.unsafe_fix("set level to Metadata", test, || [set(&level, "Metadata")]);
    }
}
