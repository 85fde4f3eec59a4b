//! A binding for requests that nobody signed.

use super::BINDINGS;
use super::binding::{called, is_own, role, subjects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "anonymous-bound",
        title: "role is bound to everybody, signed in or not",
        severity: Severity::Critical,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("anonymous_bound.md"),
    },
    run: Run::Kinds(BINDINGS, run),
};

fn run(binding: &Object, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    let (_, name) = role(binding);
    for subject in subjects(binding) {
        match (subject.kind, subject.name) {
            ("User", "system:anonymous") | ("Group", "system:unauthenticated") => {
                let who = called(&subject);
                out.fail(&subject.at, format!("{who} holds \"{name}\" without signing in"));
            }
            _ => out.pass(&subject.at),
        }
    }
}
