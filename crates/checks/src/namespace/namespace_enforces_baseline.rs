//! A namespace that could ask more of its pods.

use ironsides_podsecurity::Level;
use ironsides_podsecurity::labels::ENFORCE;

use super::{NAMESPACE, enforced, label};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "namespace-enforces-baseline",
        title: "namespace enforces only the baseline level",
        severity: Severity::Low,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("namespace_enforces_baseline.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

fn run(namespace: &Object, out: &mut Out<'_>) {
    let at = label(namespace, ENFORCE);
    match enforced(namespace) {
        Some(Level::Baseline) => {
            let name = &namespace.reference().name;
            out.fail(
                &at,
                format!("namespace \"{name}\" enforces the baseline level; restricted may be possible"),
            );
        }
        Some(Level::Restricted) => out.pass(&at),
        _ => out.not_applicable("baseline is not enforced"),
    }
}
