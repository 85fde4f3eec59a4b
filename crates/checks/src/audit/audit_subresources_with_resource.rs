//! `pods/*`, which means `pods` as well.

use super::POLICY;
use super::lint::{Lint, item};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-subresources-with-resource",
        title: "audit rule for subresources means the resource too",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_subresources_with_resource.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, rule, at) in lint.rules() {
        for entry in at.get("resources").items() {
            let list = entry.get("resources");
            for at in list.items() {
                let plural =
                    at.str().and_then(|text| text.strip_suffix("/*")).filter(|plural| *plural != "*");
                let Some(plural) = plural.filter(|plural| item(&list, plural).is_none()) else {
                    out.pass(&at);
                    continue;
                };
                let message = format!("\"{plural}/*\" means requests for {plural} themselves too");
                let finding = out.fail(&at, message);
                if rule.level == ironsides_audit::Level::None {
                    finding.severity(Severity::Medium);
                }
                let summary = format!("list {plural} too, as the rule means them");
                finding.safe_fix(summary, || [append(&list, plural)]);
            }
        }
    }
}
