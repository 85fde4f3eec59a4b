//! An entry without a group, which means all of the core group and nothing else.

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-entry-without-group",
        title: "audit rule leaves the API group out",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_entry_without_group.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        for (entry, at) in rule.resources.iter().zip(at.get("resources").items()) {
            let is_wide = entry.resources.is_empty() || entry.resources.iter().any(|own| own == "*");
            if at.get("group").is_set() || !is_wide {
                out.pass(&at);
                continue;
            }
            let message =
                "without group the entry means all of the core group, secrets included, and no other group";
            let finding = out.fail(&at, message);
            if rule.level == ironsides_audit::Level::None {
                finding.severity(Severity::Medium);
            }
            finding.safe_fix("write the group that is meant, \"\"", || [set(&at.get("group"), "")]);
        }
    }
}
