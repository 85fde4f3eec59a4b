//! A star where it is only a letter.

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-pattern-without-effect",
        title: "audit rule has a pattern where texts are compared exactly",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_pattern_without_effect.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, _, at) in lint.rules() {
        for field in ["users", "userGroups", "namespaces"] {
            look(&at.get(field), field, |text| text.contains('*'), out);
        }
        for entry in at.get("resources").items() {
            look(&entry.get("resourceNames"), "resourceNames", |text| text.contains('*'), out);
            look(&entry.get("resources"), "resources", is_odd, out);
        }
    }
}

fn look(list: &Cursor<'_>, field: &str, is_odd: impl Fn(&str) -> bool, out: &mut Out<'_>) {
    for item in list.items() {
        let text = item.str().unwrap_or_default();
        if is_odd(text) {
            let hint = if text == "*" { format!("; leave {field} out to mean all") } else { String::new() };
            out.fail(&item, format!("{field} know no patterns, and \"{text}\" is nobody's name{hint}"));
        } else {
            out.pass(&item);
        }
    }
}

/// Whether a text of `resources` has a star that means nothing: only `*`, `pods/*` and `*/log` are patterns.
fn is_odd(text: &str) -> bool {
    match text.split_once('/') {
        Some((plural, sub)) => [plural, sub].iter().any(|part| part.contains('*') && *part != "*"),
        None => text.contains('*') && text != "*",
    }
}
