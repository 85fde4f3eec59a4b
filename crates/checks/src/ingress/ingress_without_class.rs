//! An Ingress for whatever controller takes it.

use super::INGRESS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-without-class",
        title: "ingress does not say which controller serves it",
        severity: Severity::Low,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("ingress_without_class.md"),
    },
    run: Run::Kinds(INGRESS, run),
};

fn run(ingress: &Object, out: &mut Out<'_>) {
    let at = ingress.cursor().get("spec").get("ingressClassName");
    let old = ingress.cursor().at(&["metadata", "annotations"]).get("kubernetes.io/ingress.class");
    if at.is_set() || old.is_set() {
        out.pass(if at.is_set() { &at } else { &old });
    } else {
        let rule = "the default class of the cluster, where there is one";
        out.fail(&at, "ingressClassName is not set").effective("unknown", rule);
    }
}
