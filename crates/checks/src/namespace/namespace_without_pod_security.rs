//! A namespace that takes any pod.

use ironsides_podsecurity::labels::ENFORCE;

use super::{NAMESPACE, SYSTEM, is_system, is_written, label, runs_nothing};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "namespace-without-pod-security",
        title: "namespace enforces no Pod Security level",
        severity: Severity::High,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("namespace_without_pod_security.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

fn run(namespace: &Object, out: &mut Out<'_>) {
    if is_system(namespace) {
        return out.not_applicable(SYSTEM);
    }
    if let Some(why) = runs_nothing(namespace) {
        return out.not_applicable(why);
    }
    let at = label(namespace, ENFORCE);
    // Any value will do here: one that names no level is refused, or restricts the pods all the same.
    if is_written(namespace, ENFORCE) {
        return out.pass(&at);
    }
    let name = &namespace.reference().name;
    let finding = out.fail(&at, format!("namespace \"{name}\" enforces no Pod Security level"));
    let rule = "the default, unless the cluster's admission configuration sets another";
    finding.effective("privileged", rule).confidence(Confidence::Medium);
    finding.unsafe_fix("enforce baseline", super::TRY_LEVEL, || [set(&at, "baseline")]);
}
