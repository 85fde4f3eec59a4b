//! Bookkeeping of the server in recorded bodies.

use ironsides_audit::{Left, Level};

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "managed-fields-recorded",
        title: "audit log holds managedFields",
        severity: Severity::Info,
        family: "audit",
        since: "0.1.0",
        page: include_str!("managed_fields_recorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for ((_, rule, at), left) in lint.rules().zip(lint.left()) {
        let omits = rule.omit_managed_fields.unwrap_or(lint.policy.omit_managed_fields);
        if rule.level < Level::Request || omits || matches!(left, Left::Nothing(_)) {
            out.pass(at);
            continue;
        }
        let own = at.get("omitManagedFields");
        let place = if own.is_set() { own } else { lint.root.get("omitManagedFields") };
        let message = "recorded bodies hold managedFields, which are as large as the rest";
        let test = "see whether anybody reads them in the log";
        out.fail(&at.get("level"), message)
            .unsafe_fix("set omitManagedFields to true", test, || [set(&place, true)]);
    }
}
