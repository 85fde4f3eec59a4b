//! A resource that the group beside it does not have.

use super::POLICY;
use super::known::{group_name, home, is_group, is_resource, is_served, nearest};
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "misplaced-audit-resource",
        title: "audit rule names a resource that its group does not have",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("misplaced_audit_resource.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        for (entry, at) in rule.resources.iter().zip(at.get("resources").items()) {
            look(&entry.group, &at, out);
        }
    }
}

fn look(group: &str, entry: &Cursor<'_>, out: &mut Out<'_>) {
    let any = group == "*";
    let plural = |at: &Cursor<'_>| {
        let text = at.str().unwrap_or_default();
        text.split('/').next().unwrap_or_default().to_owned()
    };
    let homes: Vec<Option<&str>> =
        entry.get("resources").items().map(|at| home(&plural(&at)).filter(|home| *home != group)).collect();
    // Where all resources of an entry are another group's, the group is what is wrong.
    let other =
        homes.first().copied().flatten().filter(|home| homes.iter().all(|other| *other == Some(*home)));
    for at in entry.get("resources").items() {
        let plural = plural(&at);
        let is_own = is_resource(group, &plural) || any && is_served(&plural) || plural.contains('*');
        if is_own || !any && !is_group(group) {
            out.pass(&at);
            continue;
        }
        let near = nearest((!any).then_some(group), &plural);
        let written = if any { "no group".to_owned() } else { group_name(group) };
        match (home(&plural), near) {
            (Some(home), _) => {
                let message = format!("{written} has no {plural}: they are of {}", group_name(home));
                let finding = out.fail(&at, message);
                if other == Some(home) {
                    let test = "simulate the policy: until now the entry fitted nothing";
                    finding.unsafe_fix(format!("set group to {home}"), test, || {
                        [set(&entry.get("group"), home)]
                    });
                }
            }
            (None, Some(near)) => {
                let finding = out.fail(&at, format!("{written} has no \"{plural}\"; did you mean {near}?"));
                let test = "simulate the policy: until now the entry fitted nothing";
                let rest = at.str().and_then(|text| text.strip_prefix(&*plural)).unwrap_or_default();
                let right = format!("{near}{rest}");
                finding.unsafe_fix(format!("set it to {right}"), test, || [set(&at, right.as_str())]);
            }
            // Any group may have resources of its own.
            (None, None) if any => out.pass(&at),
            (None, None) => {
                let finding = out.fail(&at, format!("{written} has no {plural}"));
                finding.severity(Severity::Low).confidence(Confidence::Medium);
            }
        }
    }
}
