//! A namespace that does not prepare for the next level.

use ironsides_podsecurity::labels::{AUDIT, WARN};
use ironsides_podsecurity::{Labels, Level, Policy};

use super::{NAMESPACE, SYSTEM, is_system, label, runs_nothing};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-security-without-warning",
        title: "namespace sets no warn or audit level above the enforced one",
        severity: Severity::Info,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("pod_security_without_warning.md"),
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
    let (policy, _) = Labels::of(&namespace.cursor()).policy(&Policy::default());
    let next = match policy.enforce.level {
        Level::Privileged => Level::Baseline,
        Level::Baseline => Level::Restricted,
        Level::Restricted => return out.not_applicable("no level is stricter than the one enforced"),
    };
    if policy.warn.level >= next {
        out.pass(&label(namespace, WARN));
    } else if policy.audit.level >= next {
        out.pass(&label(namespace, AUDIT));
    } else {
        let name = &namespace.reference().name;
        let message = format!("namespace \"{name}\" sets no warn or audit level above the one it enforces");
        let at = label(namespace, WARN);
        // A warning refuses nothing.
        out.fail(&at, message)
            .safe_fix(format!("warn of what {next} would refuse"), || [set(&at, next.as_str())]);
    }
}
