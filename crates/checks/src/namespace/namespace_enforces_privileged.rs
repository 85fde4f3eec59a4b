//! A namespace that takes any pod on purpose.

use ironsides_podsecurity::Level;
use ironsides_podsecurity::labels::ENFORCE;

use super::{NAMESPACE, SYSTEM, enforced, is_system, label};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "namespace-enforces-privileged",
        title: "namespace allows privileged pods",
        severity: Severity::High,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("namespace_enforces_privileged.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

fn run(namespace: &Object, out: &mut Out<'_>) {
    if is_system(namespace) {
        return out.not_applicable(SYSTEM);
    }
    let at = label(namespace, ENFORCE);
    match enforced(namespace) {
        Some(Level::Privileged) => {
            let name = &namespace.reference().name;
            out.fail(
                &at,
                format!("namespace \"{name}\" enforces the privileged level, which allows any pod"),
            )
            .unsafe_fix("enforce baseline", super::TRY_LEVEL, || [set(&at, "baseline")]);
        }
        Some(_) => out.pass(&at),
        None => out.not_applicable("no label sets the level to enforce"),
    }
}
