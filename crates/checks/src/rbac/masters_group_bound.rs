//! A binding for the group that stands above RBAC.

use super::BINDINGS;
use super::binding::{is_own, subjects};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "masters-group-bound",
        title: "role is bound to the group that no one can limit",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("masters_group_bound.md"),
    },
    run: Run::Kinds(BINDINGS, run),
};

fn run(binding: &Object, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    for subject in subjects(binding) {
        if (subject.kind, subject.name) == ("Group", "system:masters") {
            out.fail(
                &subject.at,
                "the binding counts on members of system:masters, to which everything is allowed",
            );
        } else {
            out.pass(&subject.at);
        }
    }
}
