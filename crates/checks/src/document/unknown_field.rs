//! A field that the kind does not have.

use ironsides_schema::FaultKind;

use super::excused;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unknown-field",
        title: "field does not exist",
        severity: Severity::Medium,
        family: "document",
        since: "0.1.0",
        page: include_str!("unknown_field.md"),
    },
    run: Run::Object(run),
};

/// Fields that hold an attacker back; what was meant to be one of them and is not, leaves the door open.
const GUARDS: &[&str] = &[
    "automountServiceAccountToken",
    "egress",
    "failurePolicy",
    "hostUsers",
    "ingress",
    "namespaceSelector",
    "podSelector",
    "policyTypes",
    "readOnly",
    "resourceNames",
    "runtimeClassName",
    "securityContext",
];

fn run(object: &Object, out: &mut Out<'_>) {
    if let Some(why) = excused(object) {
        return out.not_applicable(why);
    }
    for fault in out.faults() {
        let FaultKind::UnknownField { name, nearest } = &fault.kind else { continue };
        let message = match nearest {
            Some(nearest) => format!("unknown field \"{name}\"; did you mean \"{nearest}\"?"),
            None => format!("unknown field \"{name}\""),
        };
        let guards =
            fault.path.contains("securityContext.") || nearest.is_some_and(|field| GUARDS.contains(&field));
        let finding = out.fail_at(fault.path.as_str(), fault.span, message);
        if guards {
            finding.severity(Severity::High);
        } else if fault.path == "status" {
            // Servers take no status from manifests, known or not.
            finding.severity(Severity::Info);
        }
    }
}
