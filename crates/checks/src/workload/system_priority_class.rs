//! A pod that claims the priority of the cluster's own parts.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "system-priority-class",
        title: "pod claims a priority reserved for the system",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("system_priority_class.md"),
    },
    run: Run::Pod(run),
};

/// The classes that every cluster has for its own parts.
const RESERVED: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.spec().get("priorityClassName");
    let namespace = pod.object().reference().namespace.as_deref();
    match at.str() {
        Some(class) if RESERVED.contains(&class) && namespace != Some("kube-system") => {
            let draft = out.fail(&at, format!("the pod claims the priority of the system, \"{class}\""));
            if namespace.is_none() {
                draft.confidence(Confidence::Medium);
            }
        }
        _ => out.pass(&at),
    }
}
