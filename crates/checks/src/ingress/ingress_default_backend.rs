//! An Ingress that takes what no rule is for.

use super::INGRESS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-default-backend",
        title: "ingress answers whatever nobody asked for",
        severity: Severity::Low,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("ingress_default_backend.md"),
    },
    run: Run::Kinds(INGRESS, run),
};

fn run(ingress: &Object, out: &mut Out<'_>) {
    let spec = ingress.cursor().get("spec");
    let old = spec.get("backend");
    let at = if old.is_set() { old } else { spec.get("defaultBackend") };
    if !at.is_set() {
        return out.pass(&at);
    }
    let only = spec.get("rules").items().next().is_none();
    let what = if only { "every request of every host" } else { "every request that no rule is for" };
    out.fail(&at, format!("{} takes {what}", at.path()));
}
