//! A permission whose place is left to whoever applies it.

use ironsides_core::Origin;

use super::{GROUP, ROLE};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "grant-without-namespace",
        title: "role or binding does not say in which namespace it holds",
        severity: Severity::Info,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("grant_without_namespace.md"),
    },
    run: Run::Kinds(&[ROLE, (GROUP, "RoleBinding")], run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().get("metadata").get("namespace");
    if at.str().is_some_and(|namespace| !namespace.is_empty()) {
        return out.pass(&at);
    }
    // Of a chart the release says the namespace, and a kustomization its own file or whoever applies it.
    if matches!(object.origin, Origin::Rendered(_)) {
        return out.not_applicable("the namespace of a release is chosen when it is installed");
    }
    let kind = &object.reference().kind;
    out.fail(&at, format!("the {kind} holds in whatever namespace it is applied to"))
        .effective("default", "the namespace of a kubectl context that names none");
}
