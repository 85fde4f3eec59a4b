//! A grant that names no object.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "wide-reference-grant",
        title: "grant opens every secret of a namespace",
        severity: Severity::Medium,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("wide_reference_grant.md"),
    },
    run: Run::Kinds(GRANT, run),
};

const GRANT: &[(&str, &str)] = &[("gateway.networking.k8s.io", "ReferenceGrant")];

fn run(grant: &Object, out: &mut Out<'_>) {
    for to in grant.cursor().get("spec").get("to").items() {
        let name = to.get("name").str().is_some_and(|name| !name.is_empty());
        let kind = to.get("kind").str().unwrap_or_default();
        if name {
            out.pass(&to);
            continue;
        }
        let finding = out.fail(&to, format!("every {kind} of the namespace may be named from outside of it"));
        if kind != "Secret" {
            finding.severity(Severity::Low);
        }
    }
}
