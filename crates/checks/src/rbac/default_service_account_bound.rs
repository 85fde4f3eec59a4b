//! A binding for pods that did not ask for an account.

use super::BINDINGS;
use super::binding::{is_own, role, subjects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "default-service-account-bound",
        title: "role is bound to a default service account",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("default_service_account_bound.md"),
    },
    run: Run::Kinds(BINDINGS, run),
};

fn run(binding: &Object, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    let (_, name) = role(binding);
    for subject in subjects(binding) {
        if (subject.kind, subject.name) == ("ServiceAccount", "default") {
            let message = format!("every pod of the namespace that names no account holds \"{name}\"");
            out.fail(&subject.at, message);
        } else {
            out.pass(&subject.at);
        }
    }
}
