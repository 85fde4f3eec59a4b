//! A binding for whoever has signed in.

use super::BINDINGS;
use super::binding::{is_own, role, subjects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "authenticated-users-bound",
        title: "role is bound to everybody who can sign in",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("authenticated_users_bound.md"),
    },
    run: Run::Kinds(BINDINGS, run),
};

fn run(binding: &Object, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    let (_, name) = role(binding);
    for subject in subjects(binding) {
        let who = match (subject.kind, subject.name) {
            ("Group", "system:authenticated") => "everybody who can sign in",
            ("Group", "system:serviceaccounts") => "every service account of the cluster",
            _ => {
                out.pass(&subject.at);
                continue;
            }
        };
        out.fail(&subject.at, format!("{who} holds \"{name}\""));
    }
}
