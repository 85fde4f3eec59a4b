//! A service account that a cluster-wide binding does not find.

use super::BINDINGS;
use super::binding::subjects;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "subject-without-namespace",
        title: "service account of a binding has no namespace",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("subject_without_namespace.md"),
    },
    run: Run::Kinds(BINDINGS, run),
};

fn run(binding: &Object, out: &mut Out<'_>) {
    let whole = binding.reference().kind == "ClusterRoleBinding";
    for subject in subjects(binding).filter(|subject| subject.kind == "ServiceAccount") {
        let at = subject.at.get("namespace");
        if at.str().is_some_and(|namespace| !namespace.is_empty()) {
            out.pass(&at);
        } else if whole {
            out.fail(
                &at,
                format!("service account \"{}\" has no namespace; the server refuses it", subject.name),
            );
        } else {
            out.fail(
                &at,
                format!("service account \"{}\" has no namespace; write that of the binding", subject.name),
            )
            .severity(Severity::Low);
        }
    }
}
