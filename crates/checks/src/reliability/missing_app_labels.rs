//! Pods of which nobody can tell what they are.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-app-labels",
        title: "nothing says which application the pods belong to",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("missing_app_labels.md"),
    },
    run: Run::Pod(run),
};

/// Labels that say which application something belongs to: the recommended one first.
const NAMES: [&str; 3] = ["app.kubernetes.io/name", "app", "k8s-app"];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let labels = pod.metadata().get("labels");
    let named =
        NAMES.into_iter().map(|key| labels.get(key)).find(|at| at.str().is_some_and(|name| !name.is_empty()));
    match named {
        Some(at) => out.pass(&at),
        None => {
            out.fail(&labels, "no label says which application the pods belong to");
        }
    }
}
