//! Deletions of events, which hide traces.

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "event-deletion-unrecorded",
        title: "audit policy does not show who deletes events",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("event_deletion_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

const VERBS: [&str; 6] = ["create", "get", "list", "patch", "update", "watch"];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, _, at) in lint.recording() {
        out.pass(&at.get("level"));
    }
    for (number, rule, at) in lint.silent() {
        let level = at.get("level");
        let is_named = |group: &str| {
            rule.resources.iter().any(|entry| {
                entry.group == group && entry.resources.iter().any(|resource| resource == "events")
            })
        };
        let anybody = rule.users.is_empty() && rule.user_groups.is_empty();
        let found = ["", "events.k8s.io"]
            .into_iter()
            .filter(|group| anybody && is_named(group))
            .find_map(|group| lint.decides(number, &["delete", "deletecollection"], group, "events"));
        let Some(request) = found else {
            out.pass(&level);
            continue;
        };
        let finding =
            out.fail(&level, format!("nothing tells who deletes events, which hides traces: {request}"));
        let only =
            |entry: &ironsides_audit::GroupResources| entry.resources.iter().all(|own| own == "events");
        let verbs = at.get("verbs");
        if rule.resources.iter().all(only) && !verbs.is_set() {
            finding.safe_fix("silence all verbs but those that delete", || [set(&verbs, VERBS)]);
        }
    }
}
