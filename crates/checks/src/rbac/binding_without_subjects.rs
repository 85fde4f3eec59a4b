//! A binding for nobody.

use super::BINDINGS;
use super::binding::{is_own, role, subjects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "binding-without-subjects",
        title: "binding hands its role to nobody",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("binding_without_subjects.md"),
    },
    run: Run::Kinds(BINDINGS, run),
};

fn run(binding: &Object, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    let at = binding.cursor().get("subjects");
    if subjects(binding).next().is_some() {
        return out.pass(&at);
    }
    let (_, name) = role(binding);
    out.fail(&at, format!("the binding has no subjects and hands \"{name}\" to nobody"));
}
